from __future__ import annotations

import pytest
from hostile_texts import HOSTILE_TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer.cells import cells, clusters, pad, wrap
from drivers.printer.sanitise import clean


@pytest.mark.parametrize(
    ("text", "wide"),
    [("", 0), ("Ёж №5", 5), ("山田", 4), ("ＡＢ", 4), ("e\u0323\u0301x", 2), ("😀", 2), ("₽…—", 3)],
)
def test_cells(text: str, wide: int) -> None:
    assert cells(text) == wide


def test_marks_stay_with_their_letter() -> None:
    assert clusters("ae\u0323\u0301б") == ["a", "e\u0323\u0301", "б"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("раз два три", ["раз два", "три"]),
        ("раздватричетыре", ["раздватр", "ичетыре"]),
        ("аб раздватричетыре вг", ["аб", "раздватр", "ичетыре", "вг"]),
        ("山田太郎山", ["山田太郎", "山"]),
        ("x山田太郎", ["x山田太", "郎"]),
    ],
)
def test_wrap_at_eight(text: str, lines: list[str]) -> None:
    assert wrap(text, 8) == lines


def test_wrap_refuses_a_width_no_wide_letter_fits() -> None:
    with pytest.raises(ValueError, match="1 cells"):
        wrap("x", 1)


@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=120) | st.sampled_from(HOSTILE_TEXTS), st.integers(2, 64))
def test_wrap_keeps_the_width_and_loses_no_letter(raw: str, width: int) -> None:
    text = clean(raw)
    lines = wrap(text, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(("align", "wanted"), [("left", "ab"), ("right", "    ab"), ("center", "  ab")])
def test_pad(align: str, wanted: str) -> None:
    assert pad("ab", 6, align) == wanted
    assert pad("abcdefg", 6, align) == "abcdefg"
