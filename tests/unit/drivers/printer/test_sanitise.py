"""Both gates: what goes in as words comes out as glyphs, or not at all."""

from __future__ import annotations

import unicodedata

import pytest
from hostile_texts import HOSTILE_TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer.sanitise import MAX_CHARS, ControlByteFault, check_text_bytes, clean


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("Анна С.", "Анна С."),
        ("и\u0306", "й"),
        ("a\tb\nc\r\nd", "a b c  d"),
        ("Анна\x1bp\x00\x19С.", "АннаpС."),
        ("а\u200bб\ufeffв\u202eг\u00adд", "абвгд"),
        ("1\u00a0299\u202f00", "1 299 00"),
        ("x\u0336\u0337\u0338\u0339y", "x\u0336\u0337y"),
        ("\u0301one", "one"),
        ("❤\ufe0f", "❤"),
        ("\ud800x", "x"),
        ("\u3164", ""),
    ],
)
def test_gate_one(raw: str, wanted: str) -> None:
    assert clean(raw) == wanted


def test_long_text_ends_in_an_ellipsis() -> None:
    assert clean("Ж" * 5000) == "Ж" * (MAX_CHARS - 1) + "…"
    assert clean("\u200b" * 3900 + "Ж") == "Ж"


@settings(derandomize=True, max_examples=400)
@given(st.text(st.characters(exclude_categories=()), max_size=80) | st.sampled_from(HOSTILE_TEXTS))
def test_only_glyphs_are_left_and_cleaning_twice_changes_nothing(raw: str) -> None:
    text = clean(raw)
    assert clean(text) == text
    assert len(text) <= MAX_CHARS
    assert all(unicodedata.category(c)[0] in "LMNPS" or c == " " for c in text)
    assert unicodedata.is_normalized("NFC", text)
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        assert marks <= 2


@pytest.mark.parametrize("byte", [*range(0x20), 0x7F])
def test_gate_two_refuses_every_control_byte(byte: int) -> None:
    with pytest.raises(ControlByteFault) as caught:
        check_text_bytes(b"ab" + bytes([byte]))
    assert (caught.value.position, caught.value.byte) == (2, byte)


def test_gate_two_lets_glyphs_pass() -> None:
    run = bytes([*range(0x20, 0x7F), *range(0x80, 0x100)])
    assert check_text_bytes(run) is run
