"""What the POS charged in points lies on the lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from till_kit import FREE_SPENDING, NOW, PROGRAMME, as_sale, line

from agent.loyalty.engine import evaluate
from agent.loyalty.member import Member, Points
from agent.runtime.wiring import compiled
from agent.till.charged import as_charged

TENDER = FREE_SPENDING.replace('as = "discount"', 'as = "tender"')


def decided(text, sale, spendable=0):
    programme = compiled(text, "p")
    return programme, evaluate(programme, Member(id="m", points={"main": Points(spendable)}), sale, NOW)


def sums(decision):
    assert sum(one.to_pay for one in decision.lines) == decision.to_pay
    assert sum(one.redeemed for one in decision.lines) == decision.redeemed == sum(decision.worth.values())
    assert all(one.amount - one.discount - one.redeemed == one.to_pay >= 0 for one in decision.lines)
    for name, points in decision.spent.items():
        assert sum(one.points.get(name, 0) for one in decision.lines) == points
    assert decision.total - decision.discount - decision.redeemed == decision.to_pay


def test_more_than_the_programme_allows():
    sale = as_sale(None, [line(1, 10_000), line(2, 30_000)], redeem={"main": 200})
    programme, decision = decided(PROGRAMME, sale, 500)
    assert decision.spent == {"main": 120}
    charged = as_charged(decision, programme, sale, {"main": 200})
    sums(charged)
    assert (charged.spent, charged.to_pay, charged.worth) == ({"main": 200}, 20_000, {"main": 20_000})
    assert sum(one.amount for one in charged.fiscal_lines) == 20_000
    assert charged.earned == decision.earned


def test_what_was_granted_stays_as_it_is():
    sale = as_sale(None, [line(1, 10_000)], redeem={"main": 60})
    programme, decision = decided(FREE_SPENDING, sale, 100)
    assert as_charged(decision, programme, sale, {"main": 60}) is decision
    assert as_charged(decision, programme, sale, {}) is decision


@pytest.mark.parametrize("name", ["stars", ""])
def test_points_nobody_knows_pay_nothing(name):
    sale = as_sale(None, [line(1, 10_000)])
    programme, decision = decided(PROGRAMME, sale)
    assert as_charged(decision, programme, sale, {name: 50}) is decision


def test_no_more_than_the_bill():
    sale = as_sale(None, [line(1, 10_050)])
    programme, decision = decided(PROGRAMME, sale)
    charged = as_charged(decision, programme, sale, {"main": 10**12})
    assert (charged.spent, charged.to_pay) == ({"main": 100}, 50)
    sums(charged)


def test_points_as_a_tender_leave_prices_alone():
    sale = as_sale(None, [line(1, 10_000, "3")])
    programme, decision = decided(TENDER, sale)
    charged = as_charged(decision, programme, sale, {"main": 120})
    sums(charged)
    assert [(one.quantity, one.unit_price, one.amount) for one in charged.fiscal_lines] == [("3", 10_000, 30_000)]


@settings(derandomize=True, max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 50_000), st.sampled_from(["1", "2", "3", "0.350", "1.234"])), min_size=1, max_size=6
    ),
    st.integers(0, 2_000),
    st.integers(0, 5_000),
)
def test_sums_agree_whatever_is_charged(rows, spendable, asked):
    sale = as_sale(
        None, [line(n, price, quantity) for n, (price, quantity) in enumerate(rows, 1)], redeem={"main": asked}
    )
    programme, decision = decided(PROGRAMME, sale, spendable)
    charged = as_charged(decision, programme, sale, {"main": asked})
    sums(charged)
    assert sum(one.amount for one in charged.fiscal_lines) == charged.to_pay
    assert charged.spent.get("main", 0) <= max(asked, decision.spent.get("main", 0))
