"""Points that pay: limits, steps, least, floors, two currencies; what is not granted is said."""

from __future__ import annotations

import pytest
from programmes import MEMBER, basket, decide, line, member, programme

from agent.loyalty.decision import Decision, Refused
from agent.loyalty.member import Member, Points


def paid(
    redeem: str, asked: dict[str, int | str], *lines: object, who: Member | None = MEMBER, more: str = ""
) -> Decision:
    rules = f'[points.main]\nworth = "100"\nredeem = {{ {redeem} }}\n{more}'
    return decide(rules, basket(*lines, redeem=asked), who)


def refused(decision: Decision) -> list[tuple[str, str, int, int]]:
    return [(each.what, each.code, each.asked, each.granted) for each in decision.refused]


def test_the_share_is_of_what_is_left_after_discounts() -> None:
    more = '[[offer]]\nid = "half"\nphase = "line"\nthen = { percent = "50%" }\n'
    decision = paid('max_share = "30%"', {"main": 100}, 10000, more=more)
    assert (decision.discount, decision.redeemed, decision.to_pay) == (5000, 1500, 3500)
    assert refused(decision) == [("points:main", "max-share", 100, 15)]


def test_the_balance_limits_and_max_is_never_refused_for_being_cut() -> None:
    poor = member(points={"main": Points(spendable=3)})
    assert refused(paid("", {"main": 5}, 10000, who=poor)) == [("points:main", "balance", 5, 3)]
    assert refused(paid("", {"main": "max"}, 10000, who=poor)) == []
    assert paid("", {"main": "max"}, 10000, who=poor).spent == {"main": 3}


def test_steps_and_least() -> None:
    assert refused(paid("step = 10", {"main": 25}, 10000)) == [("points:main", "step", 25, 20)]
    decision = paid("min = 30", {"main": 25}, 10000)
    assert decision.refused == (Refused("points:main", "below-min", 25, 0, {"min": 30, "allowed": 25}),)
    assert decision.spent == {}
    assert paid("min = 30", {"main": 30}, 10000).spent == {"main": 30}


def test_nothing_asked_nothing_refused() -> None:
    assert refused(paid("min = 30", {"main": 0}, 10000)) == []


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (None, "no-member"),
        (member(status="blocked"), "card-blocked"),
        (member(status="not_activated"), "not-activated"),
    ],
)
def test_who_cannot_redeem(who: Member | None, code: str) -> None:
    assert refused(paid("", {"main": 5}, 10000, who=who)) == [("points:main", code, 5, 0)]


def test_points_nobody_knows_or_that_do_not_pay() -> None:
    assert refused(paid("", {"other": 5}, 10000)) == [("points:other", "unknown-currency", 5, 0)]
    decision = decide('[points.main]\nworth = "100"\n', basket(10000, redeem={"main": 5}))
    assert refused(decision) == [("points:main", "not-redeemable", 5, 0)]


def test_the_price_floor_binds_points_only_as_a_discount() -> None:
    floored = line(1, 10000, min_price=9000)
    assert refused(paid("", {"main": 50}, floored)) == [("points:main", "floor", 50, 10)]
    assert paid('as = "tender"', {"main": 50}, floored).redeemed == 5000


def test_something_stays_on_every_line() -> None:
    decision = paid("leave_min = 100", {"main": "max"}, 1000, 500)
    assert [each.to_pay for each in decision.lines] == [100, 100]


def test_excluded_lines_are_not_paid_by_points() -> None:
    more = 'exclude = "group:gift"\n'
    gift = line(2, 5000, "gift")
    assert paid("", {"main": "max"}, 1000, gift, more=more).redeemed == 1000
    assert paid("exclude = []", {"main": "max"}, line(1, 1000), gift, more=more).redeemed == 6000


def test_two_currencies_by_id_each_a_share_of_what_the_former_left() -> None:
    rules = programme(
        '[points.b]\nworth = "1"\nredeem = { max_share = "50%" }\n[points.a]\nworth = "100"\nredeem = { max_share = "50%" }\n'
    )
    rich = member(points={"a": Points(spendable=10**6), "b": Points(spendable=10**6)})
    decision = decide(rules, basket(10000, redeem={"b": "max", "a": "max"}), rich)
    assert decision.spent == {"a": 50, "b": 2500}
    assert decision.worth == {"a": 5000, "b": 2500}
    assert [why.redeemed for why in decision.lines[0].why] == [5000, 2500]
