"""Ranges of sums and quantities."""

from __future__ import annotations

import pytest
from programmes import faults, offer, programme

from agent.loyalty.programme.values import Range


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("500", Range(500)),
        ('"5.00"', Range(500)),
        ("{ from = 1, to = 9 }", Range(1, 9)),
        ("{ above = 1, below = 9 }", Range(2, 8)),
        ('{ to = "9.00", of = "left" }', Range(0, 900, of_left=True)),
    ],
)
def test_sums(when: str, expected: Range) -> None:
    assert programme(offer("o", "line", "amount = 1", when=f"total = {when}")).offers[0].total == expected


def test_quantities_are_in_thousandths() -> None:
    assert programme(offer("o", "line", "amount = 1", when='quantity = { below = "1.5" }')).offers[0].quantity == Range(
        0, 1499
    )


@pytest.mark.parametrize(
    ("when", "what"),
    [("{}", "an empty range"), ("{ from = 9, to = 1 }", "nothing lies"), ('{ from = "9" }', "'9' is not")],
)
def test_faults(when: str, what: str) -> None:
    (told,) = faults(offer("o", "line", "amount = 1", when=f"total = {when}"))
    assert what in told


def test_holds() -> None:
    assert [Range(2, 4).holds(n) for n in (1, 2, 4, 5)] == [False, True, True, False]
    assert Range(2).holds(10**12)
