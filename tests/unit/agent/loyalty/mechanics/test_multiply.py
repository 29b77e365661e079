"""A factor as people read it."""

from __future__ import annotations

import pytest

from agent.loyalty.mechanics.multiply import Multiply


@pytest.mark.parametrize(
    ("num", "den", "text"), [(2, 1, "2"), (15, 10, "1.5"), (1001, 1000, "1.001"), (10, 1, "10"), (200, 10, "20")]
)
def test_numbers(num: int, den: int, text: str) -> None:
    assert Multiply(0, num, den).numbers() == {"by": text}
