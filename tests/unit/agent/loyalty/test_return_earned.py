"""Kept points by every rounding and scope, and where lines record nothing."""

from fractions import Fraction

import pytest

from agent.loyalty.decision import Earned, LineResult
from agent.loyalty.return_earned import kept


def lines(*exact, earned=0):
    return [
        LineResult(n, "1", 100, 0, 0, 100, exact={"main": text} if text else {}, earned={"main": earned})
        for n, text in enumerate(exact, 1)
    ]


@pytest.mark.parametrize(
    ("rounding", "scope", "points"),
    [
        ("floor", "receipt", 4),
        ("half_up", "receipt", 5),
        ("half_even", "receipt", 4),
        ("floor", "line", 3),
        ("half_up", "line", 6),
        ("half_even", "line", 4),
    ],
)
def test_rounded_as_the_sale_was(rounding, scope, points):
    assert (
        kept(
            "main",
            Earned(9, rounding=rounding, scope=scope),
            lines("3/2", "5/2", "1/2", "6"),
            {3: Fraction(0), 4: Fraction(1)},
        )
        == points
    )


def test_nothing_returned_keeps_all_and_all_returned_keeps_nothing():
    for text in ("219/100", "0", "", "7"):
        assert kept("main", Earned(2), lines(text), {}) == 2
        assert kept("main", Earned(2), lines(text), {1: Fraction(1)}) == 0


def test_whole_points_stand_where_exact_ones_are_missing():
    assert kept("main", Earned(6), lines("", "", earned=3), {1: Fraction(1, 2)}) == 4


@pytest.mark.parametrize("text", ["x", "1/0", "-1", "1.5", "1e9", "9" * 81, "1/" + "9" * 81])
def test_hostile_exact_points_raise(text):
    with pytest.raises(ValueError):
        kept("main", Earned(1), lines(text), {})
