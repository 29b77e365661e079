"""Each offer stands under the narrowest thing it asks for."""

from __future__ import annotations

from programmes import basket, line, offer, programme

from agent.loyalty.hints import reach
from agent.loyalty.sale import Sale

RULES = programme(
    "".join(
        offer(name, "line", "amount = 1", when=when)
        for name, when in (
            ("group", 'lines = "group:a", total = 10000'),
            ("two", 'lines = ["group:a", "brand:x"]'),
            ("coupon", 'coupon = "C", total = 10000'),
            ("near", "total = 1100"),
            ("far", "total = 5000"),
            ("together", 'together = ["group:a", "tag:t"]'),
            ("always", ""),
            ("not-a", 'lines = { except = "group:a" }'),
        )
    )
)


def looked_at(sale: Sale) -> list[str]:
    hits = RULES.index.hits(sale.lines)
    total = sum(each.amount for each in sale.lines)
    return [RULES.offers[no].id for no in RULES.index.candidates(hits, sale.coupons, reach(RULES, total))]


def test_only_what_the_basket_can_touch() -> None:
    assert looked_at(basket(10)) == ["always", "not-a"]
    assert looked_at(basket(1000)) == ["always", "near", "not-a"]
    assert looked_at(basket(line(1, 10, "a"))) == ["always", "group", "not-a", "together", "two"]
    assert looked_at(basket(line(1, 10, brand="x"), coupons=("C", "C"))) == ["always", "coupon", "not-a", "two"]


def test_a_line_that_names_a_group_twice_is_hit_once() -> None:
    assert list(RULES.index.hits((line(1, 10, "a", "a"),)).values()) == [[0]]
    assert RULES.index.coupons == {"C"}
