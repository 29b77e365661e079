"""So many for one price: dearest first, only where it is cheaper."""

from __future__ import annotations

from programmes import basket, decide, discounts, line, offer


def test_three_for_one_price_over_several_lines() -> None:
    decision = decide(
        offer("o", "bundle", "bundle = { units = 3, price = 20000 }"),
        basket(line(1, 20000, quantity="2"), line(2, 8000), line(3, 1000)),
    )
    # 100 + 100 + 80 for 200: 80.00 off, by what the units taken cost.
    assert discounts(decision) == [5714, 2286, 0]


def test_a_set_that_is_cheaper_already_stays() -> None:
    lines = (line(1, 20000, quantity="2"), line(2, 6000, quantity="2"))
    assert decide(offer("o", "bundle", "bundle = { units = 2, price = 15000 }"), basket(*lines)).discount == 5000


def test_sets_are_limited_per_sale_and_huge_quantities_cost_nothing() -> None:
    rules = offer("o", "bundle", "bundle = { units = 2, price = 150 }", more="limit = { per_sale = 3 }")
    assert decide(rules, basket(line(1, 1000, quantity="10"))).discount == 150
    free = offer("o", "bundle", "bundle = { units = 2, price = 150 }")
    assert decide(free, basket(line(1, 9_999_999_900, quantity="99999999"))).discount == 50 * 49_999_999
