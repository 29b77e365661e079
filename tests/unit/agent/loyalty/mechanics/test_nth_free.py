"""N+M over several lines: which units are free, where the discount is booked, how often in one sale."""

from __future__ import annotations

import pytest
from programmes import basket, decide, discounts, line, offer

LINES = (line(1, 30000, quantity="3"), line(2, 5000), line(3, 14000, quantity="2"))


def cut(then: str, more: str = "") -> tuple[list[int], list[int]]:
    decision = decide(offer("o", "bundle", then, more=more), basket(*LINES))
    return discounts(decision), [each.free_units for each in decision.lines]


def test_the_cheapest_of_the_pool_are_free_booked_over_the_set() -> None:
    # Six units, two free: 50.00 and 70.00, over 300.00, 50.00 and 140.00.
    assert cut("nth_free = { buy = 2, get = 1 }") == ([7347, 1224, 3429], [0, 1, 1])


def test_spread_over_the_free_units_alone() -> None:
    assert cut('nth_free = { buy = 2, get = 1, spread = "free" }') == ([0, 5000, 7000], [0, 1, 1])


def test_the_dearest_where_the_shop_says_so() -> None:
    assert cut('nth_free = { buy = 5, get = 1, pick = "dearest", spread = "free" }') == ([10000, 0, 0], [1, 0, 0])


def test_sets_are_limited_per_sale() -> None:
    assert cut("nth_free = { buy = 2, get = 1 }", "limit = { per_sale = 1 }")[1] == [0, 1, 0]


@pytest.mark.parametrize(("units", "free"), [(2, 0), (3, 1), (4, 2), (5, 2), (7, 3), (8, 4)])
def test_a_set_begun_gives_what_it_has_beyond_the_bought(units: int, free: int) -> None:
    decision = decide(
        offer("o", "bundle", "nth_free = { buy = 2, get = 2 }"), basket(line(1, 100 * units, quantity=str(units)))
    )
    assert decision.lines[0].free_units == free


def test_of_every_third_the_cheapest_is_cheaper() -> None:
    assert cut('cheapest = { of = 3, off = "50%", spread = "free" }') == ([0, 2500, 3500], [0, 0, 0])


def test_weighed_goods_have_no_units() -> None:
    decision = decide(
        offer("o", "bundle", "nth_free = { buy = 1, get = 1 }"), basket(line(1, 5000, quantity="2.5", price=2000))
    )
    assert decision.discount == 0


def test_floors_hold_for_the_whole_set() -> None:
    decision = decide(
        offer("o", "bundle", "nth_free = { buy = 1, get = 1 }"), basket(line(1, 200, quantity="2", min_price=80))
    )
    assert decision.discount == 40
