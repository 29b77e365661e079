"""A sum off: per offer over the lines, per line, per unit; capped."""

from __future__ import annotations

import pytest
from programmes import basket, decide, discounts, line, offer

from agent.loyalty.mechanics.amount import AmountOff


@pytest.mark.parametrize(
    ("then", "parts"),
    [
        ("amount = 300", [200, 100]),
        ('amount = { off = 300, per = "line" }', [300, 300]),
        ('amount = { off = 100, per = "unit" }', [200, 125]),
        ('amount = { off = 100, per = "unit", max = 26 }', [16, 10]),
        ("amount = { off = 300, max = 30 }", [20, 10]),
        ("amount = 5000", [1000, 500]),
    ],
)
def test_amounts(then: str, parts: list[int]) -> None:
    lines = (line(1, 1000, quantity="2"), line(2, 500, quantity="1.25", price=400))
    assert discounts(decide(offer("o", "line", then), basket(*lines))) == parts


def test_most_off() -> None:
    assert AmountOff(50, "offer", None, "half_up").most_off([30, 10]) == 40
    assert AmountOff(50, "offer", None, "half_up").most_off([300]) == 50
    assert AmountOff(50, "unit", None, "half_up").most_off([300]) == 300
