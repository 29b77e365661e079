from __future__ import annotations

import pytest
from hostile_texts import HOSTILE_TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer.encoding import CodePage
from drivers.printer.profiles import CODECS
from drivers.printer.sanitise import ControlByteFault, clean


@pytest.mark.parametrize(
    ("page", "text", "spelt"),
    [
        ("CP1251", "«Ёлки» — № 5 … 10 ₽", "«Ёлки» — № 5 … 10 руб."),
        ("CP866", "«Ёлки» — № 5 … 10 ₽", '"Ёлки" - № 5 ... 10 руб.'),
        ("CP437", "10 ₽ “x”", '10 RUB "x"'),
        ("CP866", "7 € · 1½ °C", "7 евро · 1" + "1/2 °C"),
        ("CP866", "Әлия", "Әлия"),
        ("CP866", "plain", "plain"),
    ],
)
def test_spell(page: str, text: str, spelt: str) -> None:
    assert CodePage(page, 0).spell(text) == spelt


def test_what_a_page_lacks_is_none_and_never_a_question_mark() -> None:
    assert CodePage("CP866", 17).encode("Әлия") is None
    assert CodePage("CP437", 0).encode("Ж") is None


def test_bytes_are_those_of_the_page() -> None:
    assert CodePage("CP866", 17).encode("Ёж") == b"\xf0\xa6"
    assert CodePage("CP1251", 46).encode("Ёж") == b"\xa8\xe6"


def test_gate_two_stands_behind_gate_one() -> None:
    with pytest.raises(ControlByteFault):
        CodePage("CP866", 17).encode("a\x1bp")


@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=60) | st.sampled_from(HOSTILE_TEXTS), st.sampled_from(sorted(CODECS)))
def test_any_text_is_glyph_bytes_of_its_own_length_or_none(raw: str, page: str) -> None:
    spelt = CodePage(page, 0).spell(clean(raw))
    run = CodePage(page, 0).encode(spelt)
    if run is not None:
        assert len(run) == len(spelt)
        assert all(byte >= 0x20 and byte != 0x7F for byte in run)
        assert run.decode(CODECS[page]) == spelt
        assert spelt.count("?") == clean(raw).count("?")
