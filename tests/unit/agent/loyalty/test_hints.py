"""Hints: thresholds nearly reached, the nearest first, not too many."""

from __future__ import annotations

from programmes import HEAD, POINTS, basket, decide, offer, programme

from agent.loyalty.decision import Trace
from agent.loyalty.hints import reach


def test_the_nearest_thresholds_first_and_three_at_most() -> None:
    rules = "".join(
        offer(f"t{total}", "basket", "amount = 1", when=f"total = {total}") for total in (1010, 1020, 1100, 1300, 1400)
    )
    decision = decide(rules, basket(1000))
    assert decision.hints == tuple(
        Trace(f"t{total}", "nearly", {"lacks": total - 1000, "need": total}) for total in (1010, 1020, 1100)
    )


def test_far_thresholds_are_not_even_looked_at() -> None:
    rules = programme(offer("far", "basket", "amount = 1", when="total = 1400"))
    assert reach(rules, 1000) == 1333
    assert decide(rules, basket(1000)).trace == ()


def test_how_near_is_near_is_the_programmes() -> None:
    head = HEAD + 'hint_within = "50%"\n'
    rules = programme(offer("far", "basket", "amount = 1", when="total = 1400"), head)
    assert [each.offer for each in decide(rules, basket(1000)).hints] == ["far"]
    everything = programme("", HEAD + 'hint_within = "100%"\n')
    assert reach(everything, 1) > 10**15


def test_thresholds_of_points() -> None:
    rules = POINTS + offer("base", "accrual", "earn = { points = 2, per = 100, above = 500 }")
    assert decide(rules, basket(490)).hints == (Trace("base", "nearly", {"lacks": 10, "need": 500}),)
    assert decide(rules, basket(100)).hints == ()
