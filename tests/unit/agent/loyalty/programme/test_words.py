"""What the texts of a programme mean, and what is said of those that mean nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.loyalty.programme import words
from agent.loyalty.programme.words import Unreadable


@pytest.mark.parametrize(
    ("text", "value"), [("5%", 500), ("7.5%", 750), ("0.01%", 1), ("100 %", 10000), ("12.34%", 1234)]
)
def test_percent(text: str, value: int) -> None:
    assert words.percent(text) == value


def test_money_and_points_with_every_digit() -> None:
    assert [words.money(500, 2), words.money("5.00", 2), words.money("0.005", 3)] == [500, 500, 5]
    assert [words.points(1, 1), words.points("0.1", 1), words.points(7, 0)] == [1, 1, 7]


def test_quantities_and_factors() -> None:
    assert [words.quantity(3), words.quantity("0.5"), words.quantity("2")] == [3000, 500, 2000]
    assert [words.factor(2), words.factor("1.5"), words.factor("1.001")] == [(2, 1), (15, 10), (1001, 1000)]


def test_hours_weekdays_days() -> None:
    assert [words.hours("16:00-18:30"), words.hours("22:00 - 02:00"), words.hours("20:00-24:00")] == [
        (960, 1110),
        (1320, 120),
        (1200, 1440),
    ]
    assert words.weekdays("sat-mon") == {5, 6, 0}
    assert words.weekdays("Sun") == {6}
    assert (words.day("2026-11-22"), words.days("30d")) == ("2026-11-22", 30)


def test_moments_and_currencies() -> None:
    assert words.moment_ms("2026-11-22T10:15:00+03:00") == 1_795_331_700_000
    assert [words.money_digits(code) for code in ("RUB", "JPY", "KWD")] == [2, 0, 3]


@pytest.mark.parametrize(
    ("parser", "bad"),
    [
        (words.percent, ["5", "0%", "101%", "-5%", "5,5%", "5.555%", "", "%", "1" * 200]),
        (lambda text: words.money(text, 2), ["5", "5.0", "5.000", "-5.00", "5,00", "5.00 "]),
        (lambda text: words.money(text, 0), ["5", "5.0"]),
        (words.quantity, ["", "1.2345", "-1", "1,5"]),
        (words.factor, ["0.5", "101", "x", "1.2345"]),
        (words.hours, ["16-18", "16:00", "25:00-26:00", "10:60-11:00", "10:00-10:00", "10:00-24:01"]),
        (words.weekdays, ["monday", "mon-", "пн", ""]),
        (words.day, ["2026-02-30", "22.11.2026", "2026-W01-1", "20261122", ""]),
        (words.days, ["30", "d", "-3d"]),
        (words.moment_ms, ["2026-11-22", "2026-11-22T10:15:00", "soon", "2500-01-01T00:00:00Z"]),
    ],
)
def test_unreadable(parser: Callable[[str], object], bad: list[str]) -> None:
    for text in bad:
        with pytest.raises(Unreadable):
            parser(text)


def test_hints() -> None:
    with pytest.raises(Unreadable) as caught:
        words.percent("10")
    assert caught.value.hint == '"10%"'
    with pytest.raises(Unreadable) as caught:
        words.money("500", 2)
    assert caught.value.hint == "500"


def test_short_texts_are_safe_to_show() -> None:
    assert words.short("\x1b[31m") == "'\\x1b[31m'"
    assert words.short("x" * 100) == repr("x" * 40) + "..."
