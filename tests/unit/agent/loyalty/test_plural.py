"""Forms of a name by number, Russian and English."""

from __future__ import annotations

import pytest

from agent.loyalty.plural import Names, form

RU = ("балл", "балла", "баллов")


@pytest.mark.parametrize(
    ("count", "word"),
    [(0, "баллов"), (1, "балл"), (2, "балла"), (4, "балла"), (5, "баллов"), (11, "баллов"), (12, "баллов"), (14, "баллов"),
     (21, "балл"), (22, "балла"), (101, "балл"), (111, "баллов"), (112, "баллов"), (-1, "балл"), (1004, "балла")],
)  # fmt: skip
def test_russian(count: int, word: str) -> None:
    assert form(count, RU, "ru") == word


def test_english_and_single_forms() -> None:
    assert [form(n, ("point", "points"), "en") for n in (0, 1, 2, 21)] == ["points", "point", "points", "points"]
    assert form(5, ("stars",), "ru") == "stars"
    assert form(5, (), "ru") == ""


def test_a_missing_language_borrows_the_other() -> None:
    assert Names(ru=RU).of("en") == RU
    assert Names(en=("point",)).of("ru") == ("point",)
