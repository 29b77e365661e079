"""Returns from a recorded sale: the worked rows, and what must hold for every sale and every order of returns."""

from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.loyalty.debt import claw_back
from agent.loyalty.decision import Decision, Earned, FiscalLine, LineResult, Refused
from agent.loyalty.leases import Spend
from agent.loyalty.lots import Lot, Part, available, expire, restore, without
from agent.loyalty.returns import ReturnDecision, ReturnedLine, give_back, give_back_all
from sync.wire import ReturnBody, SaleBody

UNIT = "points:main"


@dataclass
class Sold:
    decision: Decision
    spends: tuple[Spend, ...] = ()
    loss: dict[str, int] = field(default_factory=dict)


@dataclass
class Back:
    lines: tuple[ReturnedLine, ...]
    restored: dict[str, tuple[Part, ...]]
    taken_back: dict[str, int]


def line(n, amount, *, quantity="1", exact="0", discount=0, redeemed=0):
    return LineResult(n, quantity, amount, discount, redeemed, amount - discount - redeemed, exact={"main": exact})


def sold(lines, *, earned=0, spent=0, parts=(), loss=0, certificates=0, **rule):
    redeemed = sum(one.redeemed for one in lines)
    total, discount = sum(one.amount for one in lines), sum(one.discount for one in lines)
    decision = Decision(
        programme="p", version=1, hash="h", at=0, total=total, discount=discount, redeemed=redeemed,
        certificates=certificates, to_pay=total - discount - redeemed - certificates, lines=tuple(lines),
        fiscal_lines=tuple(FiscalLine(one.n, one.quantity, 0, one.to_pay, "22") for one in lines),
        earned={"main": Earned(earned, **rule)} if earned else {},
        spent={"main": spent} if spent else {}, worth={"main": redeemed} if spent else {},
    )  # fmt: skip
    spends = (Spend("L1", UNIT, tuple(Part(*part) for part in parts)),) if parts else ()
    return Sold(decision, spends, {UNIT: loss} if loss else {})


def run(sale, *steps):
    """Returns one after another; each step is the lines of one."""
    prior, answers = [], []
    for step in steps:
        answer = give_back(sale, prior, step)
        assert isinstance(answer, ReturnDecision), answer
        prior.append(Back(tuple(step), answer.restored, answer.taken_back))
        answers.append(answer)
    return answers


def pieces(n, quantity):
    return ReturnedLine(n, quantity=str(quantity))


def money(n, amount):
    return ReturnedLine(n, amount=amount)


def taken(answer):
    return answer.taken_back.get(UNIT, 0)


def restored(answer):
    return sum(part.points for part in answer.restored.get(UNIT, ()))


def test_row_1_one_of_two_lines_goes_back():
    sale = sold([line(1, 5000, exact="50"), line(2, 5000, exact="50")], earned=100)
    (answer,) = run(sale, [pieces(2, 1)])
    assert (answer.money_back, taken(answer), answer.full) == (5000, 50, False)
    assert answer.fiscal_lines == (FiscalLine(2, "1", 5000, 5000, "22"),)
    (rest,) = run(sale, [pieces(1, 1), pieces(2, 1)])
    assert (rest.money_back, taken(rest), rest.full) == (10000, 100, True)


@pytest.mark.parametrize(("quantity", "balance"), [("2", 200), ("1", 160)])
def test_row_2_start_200_earn_70_spend_150(quantity, balance):
    sale = sold(
        [line(1, 85_000, quantity="2", redeemed=15_000, exact="70")], earned=70, spent=150, parts=[("start", 150)]
    )
    lots = (
        Lot(id="start", unit=UNIT, points=200, left=50, born=1),
        Lot(id="own", unit=UNIT, points=70, left=70, born=2, spendable_from="2026-12-06"),
    )
    assert sum(lot.left for lot in lots) == 120
    (answer,) = run(sale, [pieces(1, quantity)])
    lots, homeless = restore(lots, answer.restored[UNIT])
    back = claw_back(lots, ["own"], taken(answer), "2026-11-22")
    assert (homeless, back.debt) == ((), 0)
    assert sum(lot.left for lot in without(lots, back.parts)) == balance
    assert answer.money_back == 70_000 * int(quantity) // 2


def test_row_10_the_step_is_met_once_and_kept_points_are_exact():
    sale = sold([line(1, 2190, exact="219/100")], earned=2)
    answers = run(sale, [money(1, 500)], [money(1, 500)], [money(1, 500)], [money(1, 690)])
    assert [taken(answer) for answer in answers] == [1, 0, 1, 0]
    assert [answer.money_back for answer in answers] == [500, 500, 500, 690]


def test_row_11_restored_points_keep_their_lots_days():
    """Lot A 100 to 1 January, lot B 50 to 1 June; 80 spent of A on 20 December, returned on 2 January: they come back expired."""
    sale = sold([line(1, 8000, redeemed=8000)], spent=80, parts=[("A", 80)])
    (answer,) = run(sale, [pieces(1, 1)])
    assert answer.restored == {UNIT: (Part("A", 80),)}
    lots = (
        Lot(id="A", unit=UNIT, points=100, left=0, born=1, expires_on="2027-01-01"),
        Lot(id="B", unit=UNIT, points=50, left=50, born=2, expires_on="2027-06-01"),
    )
    lots, _ = restore(lots, answer.restored[UNIT])
    assert available(lots, "2027-01-02") == 50
    assert expire(lots, "2027-01-02") == (Part("A", 80),)


def test_row_17_paid_by_points_and_money_gives_both_back():
    sale = sold([line(1, 10_000, quantity="2", redeemed=4000, exact="6")], earned=6, spent=40, parts=[("a", 40)])
    answers = run(sale, [pieces(1, 1)], [pieces(1, 1)])
    assert [(answer.money_back, restored(answer), taken(answer)) for answer in answers] == [
        (3000, 20, 3),
        (3000, 20, 3),
    ]


def test_row_21_exact_points_are_kept_per_sale():
    sale = sold([line(n, 199, exact="199/2000") for n in range(1, 101)], earned=9)
    (answer,) = run(sale, [pieces(n, 1) for n in range(1, 92)])
    assert taken(answer) == 9
    answers = run(sale, *[[pieces(n, 1)] for n in range(1, 101)])
    assert sum(taken(answer) for answer in answers) == 9


def test_row_22_the_paid_pieces_of_a_bundle_are_not_worth_the_whole():
    sale = sold([line(1, 60_000, quantity="6", discount=10_000)])
    five, last = run(sale, [pieces(1, 5)], [pieces(1, 1)])
    assert (five.money_back, last.money_back) == (41_667, 8_333)
    assert five.lines[0].amount == 50_000
    assert [(p.quantity, p.unit_price, p.amount) for p in five.fiscal_lines] == [("4", 8333, 33332), ("1", 8335, 8335)]


@pytest.mark.parametrize("steps", [[1] * 14, [5, 5, 4], [3, 1, 10], [13, 1]])
def test_row_24_every_lots_restored_part_only_grows(steps):
    sale = sold([line(1, 1400, redeemed=1400, quantity="14")], spent=14, parts=[("A", 6), ("B", 6), ("C", 2)])
    so_far = {"A": 0, "B": 0, "C": 0}
    for answer, step in zip(run(sale, *[[pieces(1, count)] for count in steps]), steps, strict=True):
        assert restored(answer) == step
        for part in answer.restored[UNIT]:
            assert part.points > 0
            so_far[part.lot] += part.points
        assert all(so_far[lot] <= most for lot, most in (("A", 6), ("B", 6), ("C", 2)))
    assert so_far == {"A": 6, "B": 6, "C": 2}


def test_ties_go_to_the_older_lot():
    sale = sold([line(1, 200, redeemed=200, quantity="2")], spent=2, parts=[("a", 1), ("b", 1)])
    by_name = give_back(sale, [], [pieces(1, 1)])
    by_age = give_back(sale, [], [pieces(1, 1)], born={"a": 9, "b": 3})
    assert by_name.restored == {UNIT: (Part("a", 1),)}
    assert by_age.restored == {UNIT: (Part("b", 1),)}


def test_points_the_member_never_had_go_back_to_the_shop():
    sale = sold([line(1, 1000, redeemed=1000, quantity="2")], spent=10, parts=[("a", 6)], loss=4)
    first, second = run(sale, [pieces(1, 1)], [pieces(1, 1)])
    assert (first.restored, first.loss_back) == ({UNIT: (Part("a", 3),)}, {UNIT: 2})
    assert (second.restored, second.loss_back) == ({UNIT: (Part("a", 3),)}, {UNIT: 2})


def test_half_up_rounding_and_line_scope_are_the_sales_own():
    lines = [line(1, 100, exact="3/2"), line(2, 100, exact="3/2")]
    assert taken(run(sold(lines, earned=3, rounding="half_up"), [pieces(1, 1)])[0]) == 1
    assert taken(run(sold(lines, earned=3), [pieces(1, 1)])[0]) == 2
    assert taken(run(sold(lines, earned=2, scope="line"), [pieces(1, 1)])[0]) == 1
    assert taken(run(sold(lines, earned=4, scope="line", rounding="half_up"), [pieces(1, 1)])[0]) == 2


def test_points_beyond_the_lines_shrink_with_them():
    assert taken(run(sold([line(1, 100, exact="1"), line(2, 100, exact="1")], earned=10), [pieces(1, 1)])[0]) == 5
    assert taken(run(sold([line(1, 100), line(2, 300)], earned=4), [pieces(1, 1)])[0]) == 1


def test_a_cap_on_the_sale_stays():
    sale = sold([line(1, 1000, exact="100", quantity="10")], earned=20)
    assert [taken(answer) for answer in run(sale, [pieces(1, 8)], [pieces(1, 1)], [pieces(1, 1)])] == [0, 10, 10]


def test_certificates_come_back_in_their_share():
    sale = sold([line(1, 999, quantity="3")], certificates=500)
    answers = run(sale, *[[pieces(1, 1)]] * 3)
    assert [answer.certificates_back for answer in answers] == [166, 167, 167]
    assert [answer.money_back for answer in answers] == [167, 166, 166]


def test_two_currencies_each_come_back():
    one = LineResult(1, "2", 1000, 0, 600, 400, points={"a": 4, "b": 20})
    decision = Decision(
        programme="p", version=1, hash="h", at=0, total=1000, discount=0, redeemed=600, to_pay=400,
        lines=(one, LineResult(2, "1", 100, 0, 0, 100)), spent={"a": 4, "b": 20}, worth={"a": 400, "b": 200},
    )  # fmt: skip
    spends = (Spend("x", "points:a", (Part("la", 4),)), Spend("y", "points:b", (Part("lb", 20),)))
    answer = give_back(Sold(decision, spends), [], [pieces(1, 1)])
    assert answer.restored == {"points:a": (Part("la", 2),), "points:b": (Part("lb", 10),)}


def test_points_as_tender_leave_positions_at_their_price():
    sale = sold([line(1, 1000, redeemed=400, quantity="2")], spent=4, parts=[("a", 4)])
    tender = sold([line(1, 1000, redeemed=400, quantity="2")], spent=4, parts=[("a", 4)])
    tender.decision = Decision(
        programme="p", version=1, hash="h", at=0, total=1000, discount=0, redeemed=400, to_pay=600,
        lines=sale.decision.lines, fiscal_lines=(FiscalLine(1, "2", 500, 1000, "10"),), spent={"main": 4},
    )  # fmt: skip
    assert run(sale, [pieces(1, 1)])[0].fiscal_lines == (FiscalLine(1, "1", 300, 300, "22"),)
    answer = run(tender, [pieces(1, 1)])[0]
    assert (answer.fiscal_lines, answer.money_back) == ((FiscalLine(1, "1", 500, 500, "10"),), 300)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ([], "nothing"),
        ([pieces(9, 1)], "no-such-line"),
        ([pieces(1, 3)], "more-than-sold"),
        ([pieces(1, 1), pieces(1, 2)], "more-than-sold"),
        ([money(1, 1001)], "more-than-sold"),
        ([money(1, 0)], "nothing"),
        ([money(1, -5)], "nothing"),
        ([pieces(1, "0")], "nothing"),
        ([pieces(1, "-1")], "bad-quantity"),
        ([pieces(1, "1e9")], "bad-quantity"),
        ([pieces(1, "0.0001")], "bad-quantity"),
        ([pieces(1, "١")], "bad-quantity"),
        ([ReturnedLine(1)], "quantity-or-amount"),
        ([ReturnedLine(1, "1", 5)], "quantity-or-amount"),
        ([money(2, 1)], "nothing"),
    ],
)
def test_what_cannot_be_returned_is_refused_by_name(asked, code):
    answer = give_back(sold([line(1, 1000, quantity="2"), line(2, 0)]), [], asked)
    assert isinstance(answer, Refused)
    assert (answer.what, answer.code) == ("return", code)


def test_a_refusal_says_what_is_left():
    sale = sold([line(1, 1000, quantity="1.5")])
    (first,) = run(sale, [pieces(1, "0.25")])
    prior = [Back((pieces(1, "0.25"),), first.restored, first.taken_back)]
    assert give_back(sale, prior, [pieces(1, "1.251")]).numbers == {"line": 1, "left": "1.25"}
    assert give_back(sale, prior, [money(1, 900)]).numbers == {"line": 1, "left": "833.333"}


def test_prior_returns_that_do_not_fit_the_sale_are_refused_too():
    sale = sold([line(1, 1000)])
    wrong = [Back((pieces(1, 1),), {}, {})] * 2
    assert give_back(sale, wrong, [pieces(1, 1)]).code == "more-than-sold"
    assert give_back_all(sale, wrong).code == "more-than-sold"


def test_what_pieces_and_sums_leave_can_still_be_returned_whole():
    sale = sold([line(1, 100, quantity="3")])
    first, second = run(sale, [pieces(1, 1)], [money(1, 67)])
    assert first.money_back + second.money_back == 100
    assert second.full


def test_exact_points_that_are_no_fraction_raise():
    with pytest.raises(ValueError):
        run(sold([line(1, 100, exact="1/0")], earned=1), [pieces(1, 1)])


def test_records_of_the_journal_fit():
    """A SaleBody and ReturnBodies are what returns read."""
    sale = sold([line(1, 1000, exact="10", redeemed=200, quantity="2")], earned=10, spent=2, parts=[("a", 2)])
    body = SaleBody(
        store="s", sale=None, content="c", closed_at=0, decision=sale.decision, spends=sale.spends,
    )  # fmt: skip
    first = give_back(body, [], [pieces(1, 1)])
    record = ReturnBody(
        store="s", id="r", content="c", of="x", lines=(pieces(1, 1),), closed_at=0, money_back=first.money_back,
        restored=first.restored, taken_back=first.taken_back,
    )  # fmt: skip
    second = give_back_all(body, [record])
    assert (first.money_back, second.money_back, second.full) == (400, 400, True)
    assert (restored(second), taken(second)) == (1, 5)


@st.composite
def sales(draw):
    lines, parts = [], []
    for n in range(1, draw(st.integers(1, 5)) + 1):
        amount = draw(st.integers(0, 5000))
        discount = draw(st.integers(0, amount))
        redeemed = draw(st.integers(0, amount - discount))
        quantity = draw(st.sampled_from(["1", "2", "3", "7", "0.355", "1.5", "2.733"]))
        exact = draw(st.fractions(0, 60, max_denominator=997))
        lines.append(
            line(
                n,
                amount,
                quantity=quantity,
                discount=discount,
                redeemed=redeemed,
                exact=f"{exact.numerator}/{exact.denominator}",
            )
        )
    parts.extend((f"l{n}", draw(st.integers(1, 30))) for n in range(draw(st.integers(0, 4))))
    loss = draw(st.integers(0, 9))
    exact = sum(Fraction(one.exact["main"]) for one in lines)
    rule = {
        "rounding": draw(st.sampled_from(["floor", "half_up", "half_even"])),
        "scope": draw(st.sampled_from(["receipt", "line"])),
    }
    earned = max(0, int(exact) + draw(st.integers(-5, 5)))
    spent = sum(points for _, points in parts) + loss
    return sold(
        lines,
        earned=earned,
        spent=spent,
        parts=parts,
        loss=loss,
        certificates=draw(st.integers(0, sum(one.to_pay for one in lines))),
        **rule,
    )


@st.composite
def steps_for(draw, sale):
    """Returns that fit, in pieces or money; then whatever is left, one line at a time."""
    left = {one.n: Fraction(1) for one in sale.decision.lines}
    steps = []
    for _ in range(draw(st.integers(0, 6))):
        one = draw(st.sampled_from(sale.decision.lines))
        if draw(st.booleans()):
            most = int(left[one.n] * Fraction(one.quantity) * 1000)
            if most < 1:
                continue
            count = Fraction(draw(st.integers(1, most)), 1000)
            left[one.n] -= count / Fraction(one.quantity)
            steps.append([pieces(one.n, f"{float(count):.3f}")])
        else:
            most = int(left[one.n] * one.amount)
            if most < 1:
                continue
            amount = draw(st.integers(1, most))
            left[one.n] -= Fraction(amount, one.amount)
            steps.append([money(one.n, amount)])
    return steps


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.data())
def test_any_split_of_returns_ends_at_the_same_full_return(data):
    sale = data.draw(sales())
    steps = data.draw(steps_for(sale))
    answers = run(sale, *steps)
    prior = [Back(tuple(step), answer.restored, answer.taken_back) for step, answer in zip(steps, answers, strict=True)]
    last = give_back_all(sale, prior)
    every = [*answers, last]
    whole = give_back_all(sale)
    assert (last.full, whole.full) == (True, True)
    decision = sale.decision
    assert sum(a.money_back + a.certificates_back for a in every) == sum(one.to_pay for one in decision.lines)
    assert (
        sum(a.certificates_back for a in every)
        == whole.certificates_back
        == (decision.certificates if decision.lines and sum(one.to_pay for one in decision.lines) else 0)
    )
    assert sum(taken(a) for a in every) == taken(whole) == (decision.earned["main"].points if decision.earned else 0)
    spent = {part.lot: part.points for spend in sale.spends for part in spend.parts}
    back: dict[str, int] = {}
    for a in every:
        for part in a.restored.get(UNIT, ()):
            assert part.points > 0
            back[part.lot] = back.get(part.lot, 0) + part.points
            assert back[part.lot] <= spent[part.lot]
    assert back == spent == {part.lot: part.points for part in whole.restored.get(UNIT, ())}
    assert sum(a.loss_back.get(UNIT, 0) for a in every) == sale.loss.get(UNIT, 0)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.data())
def test_no_step_gives_or_takes_less_than_nothing(data):
    sale = data.draw(sales())
    steps = data.draw(steps_for(sale))
    for step, answer in zip(steps, run(sale, *steps), strict=True):
        assert min(answer.money_back, answer.certificates_back, taken(answer)) >= 0
        assert all(one.amount >= 0 and one.money_back >= 0 for one in answer.lines)
        assert sum(one.money_back for one in answer.lines) == answer.money_back + answer.certificates_back
        assert {one.n for one in answer.lines} == {one.n for one in step}
        assert sum(one.amount for one in answer.fiscal_lines) == answer.money_back + answer.certificates_back
