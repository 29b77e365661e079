"""Exact shares become whole minor units on lines; floors hold; a copy is a copy."""

from __future__ import annotations

from programmes import basket, line, offer, programme

from agent.loyalty.bill import Bill
from agent.loyalty.pricing import Pricing, cut_amount, cut_shares

RULES = programme(offer("o", "line", 'percent = "1%"'))


def pricing(*amounts: int, floor: int | None = None) -> Pricing:
    return Pricing(Bill(RULES, basket(*(line(n, each, min_price=floor) for n, each in enumerate(amounts, 1)))))


def test_shares_are_summed_and_rounded_once() -> None:
    cut = cut_shares(pricing(100, 100, 100), [0, 1, 2], [1, 1, 1], per=2, most=None, rounding="half_up")
    assert (cut.parts, cut.total) == ([1, 1, 0], 2)


def test_a_share_above_its_room_is_lost_and_a_cap_floors() -> None:
    state = pricing(100, 100, floor=60)
    assert cut_shares(state, [0, 1], [90, 10], per=1, most=None, rounding="half_up").parts == [40, 10]
    assert cut_shares(state, [0, 1], [90, 10], per=1, most=25, rounding="half_up").parts == [20, 5]


def test_one_amount_moves_on_to_other_lines() -> None:
    state = pricing(100, 300, floor=90)
    assert cut_amount(state, [0, 1], 100).parts == [10, 90]
    assert cut_amount(state, [0, 1], 10_000).total == 220


def test_a_copy_changes_alone() -> None:
    for floor in (None, 10):
        state = pricing(100, 100, floor=floor)
        twin = state.copy()
        twin.apply(RULES.offers[0], cut_amount(twin, [0, 1], 50))
        twin.closed.add(0)
        assert (state.left, twin.left) == ([100, 100], [75, 75])
        assert (state.log, state.closed, len(twin.log)) == ([], set(), 1)
        assert twin.room == ([75, 75] if floor is None else [65, 65])
        assert twin.open([0, 1]) == [1]
