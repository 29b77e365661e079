"""A fixed price of a unit, a line, or everything together; what is cheaper already stays."""

from __future__ import annotations

import pytest
from programmes import basket, decide, discounts, line, offer


@pytest.mark.parametrize(
    ("then", "parts"),
    [
        ("price = 400", [200, 0, 500]),
        ('price = { to = 900, per = "line" }', [100, 0, 100]),
        ('price = { to = 1150, per = "offer" }', [500, 150, 500]),
        ('price = { to = 1150, per = "offer", max = 23 }', [10, 3, 10]),
        ("price = { to = 400, max = 70 }", [20, 0, 50]),
    ],
)
def test_prices(then: str, parts: list[int]) -> None:
    lines = (line(1, 1000, quantity="2"), line(2, 300), line(3, 1000, quantity="1.25", price=800))
    assert discounts(decide(offer("o", "price", then), basket(*lines))) == parts


def test_of_the_initial_price() -> None:
    rules = offer("half", "price", 'percent = "50%"') + offer("o", "line", "price = 700", more='of = "initial"')
    assert discounts(decide(rules, basket(1000))) == [800]
