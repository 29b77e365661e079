"""A currency's worth and how its smallest points are read."""

from __future__ import annotations

import pytest
from programmes import POINTS, programme

from agent.loyalty.points import whole_points


@pytest.mark.parametrize(
    ("points", "scale", "text"),
    [(265, 1, "26.5"), (100, 2, "1"), (5, 2, "0.05"), (7, 0, "7"), (-150, 2, "-1.5"), (0, 3, "0")],
)
def test_whole_points(points: int, scale: int, text: str) -> None:
    assert whole_points(points, scale) == text


def test_worth_of_smallest_points() -> None:
    tenths = programme('[points.main]\nworth = "100"\nscale = 1\n').currencies[0]
    assert (tenths.minor(25), tenths.points_within(99), tenths.points_within(100)) == (250, 9, 10)
    half = programme('[points.main]\nworth = "0.5"\nredeem = { step = 2 }\n').currencies[0]
    assert (half.minor(6), half.points_within(4)) == (3, 8)


def test_points_without_worth_pay_nothing() -> None:
    worthless = programme(POINTS.replace('"100"', '"0"')).currencies[0]
    assert (worthless.minor(10), worthless.points_within(10)) == (0, 0)
