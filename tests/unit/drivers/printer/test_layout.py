from __future__ import annotations

import pytest
from hostile_texts import HOSTILE_TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_receipts import everything

from drivers.printer.cells import cells
from drivers.printer.layout import MAX_ROWS, BarcodeRow, CutRow, FeedRow, Line, QrRow, lay_out
from drivers.printer.sanitise import clean
from drivers.shapes import Barcode, Block, Cut, Document, Feed, Pair, Qr, Rule, Text


def lines(*blocks: Block, columns: int = 16) -> list[str]:
    return [row.text for row in lay_out(Document(blocks), columns) if isinstance(row, Line)]


@pytest.mark.parametrize(
    ("pair", "wanted"),
    [
        (Pair("Баланс", "247"), ["Баланс       247"]),
        (Pair("Баланс карты", "247"), ["Баланс карты 247"]),
        (Pair("Баланс карты*", "247"), ["Баланс карты*", "             247"]),
        (Pair("Баланс карты на 9:58", "247"), ["Баланс карты на", "9:58         247"]),
        (Pair("сгорят", "120 баллов", indent=2), ["  сгорят", "      120 баллов"]),
        (Pair("", "7"), ["               7"]),
        (Pair("слева", ""), ["слева"]),
        (Pair("x", "доступны с 06.12.2026"), ["x     доступны с", "      06.12.2026"]),
    ],
)
def test_a_pair_never_loses_a_fact(pair: Pair, wanted: list[str]) -> None:
    assert lines(pair) == wanted


def test_text_wraps_and_aligns() -> None:
    assert lines(Text("раз два три четыре", align="right")) == ["     раз два три", "          четыре"]
    assert lines(Text("раз", align="center")) == ["      раз"]
    assert lines(Text("")) == [""]


def test_double_width_halves_the_columns() -> None:
    rows = lay_out(Document((Text("КОПИЯ КОПИЯ", double=True, align="right"),)), 16)
    assert rows == [Line("   КОПИЯ", double=True), Line("   КОПИЯ", double=True)]


def test_rules() -> None:
    assert lines(Rule(), Rule(light=True)) == ["-" * 16, "- - - - - - - -"]


def test_codes_feeds_and_cuts() -> None:
    rows = lay_out(everything(), 48)
    assert BarcodeRow("4600494694325", "ean13") in rows
    assert QrRow("KS1.0a1b2c3d", 6) in rows
    assert FeedRow(2) in rows
    assert rows[-1] == CutRow()
    assert any(isinstance(row, Line) and row.text.strip() == "4600494694325" for row in rows)


def test_a_code_that_does_not_fit_is_still_readable() -> None:
    long = "KUPON-2026-11-22-000812-7F3A1C"
    rows = lay_out(Document((Barcode(long),)), 32)
    assert rows[0] == QrRow(long, 4)
    assert Line(" " + long) in rows
    assert lines(Barcode("4600494694326", "ean13"), columns=32) == [" " * 9 + "4600494694326"]
    words = lines(Qr("x" * 300), columns=32)
    assert "".join(words).replace(" ", "") == "x" * 300


def test_qr_modules_shrink_to_the_paper_but_not_below_four() -> None:
    (row,) = lay_out(Document((Qr("x" * 200, module_dots=16),)), 32)
    assert isinstance(row, QrRow)
    assert 4 <= row.module_dots < 16


def test_spelling_is_counted() -> None:
    rows = lay_out(Document((Pair("Скидка", "10 ₽"),)), 16, spell=lambda text: text.replace("₽", "руб."))
    assert rows == [Line("Скидка   10 руб.")]


def test_limits() -> None:
    with pytest.raises(ValueError, match="columns"):
        lay_out(Document(()), 15)
    rows = lay_out(Document((Text("слово " * 160),) * 200), 16)
    assert len(rows) == MAX_ROWS + 1
    assert rows[-1] == CutRow()
    with pytest.raises(TypeError):
        lay_out(Document((None,)), 16)  # type: ignore[arg-type]


hostile = st.text(max_size=80) | st.sampled_from(HOSTILE_TEXTS)
blocks = st.one_of(
    st.builds(Text, hostile, align=st.sampled_from(["left", "center", "right"]), double=st.booleans()),
    st.builds(Pair, hostile, hostile, indent=st.integers(0, 16)),
    st.builds(Qr, hostile, caption=hostile),
    st.builds(Barcode, hostile, caption=hostile),
    st.just(Rule()),
    st.just(Feed(2)),
    st.just(Cut()),
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(blocks, max_size=6), st.sampled_from([32, 42, 48, 64]))
def test_rows_fit_and_hold_every_letter(content: list[Block], columns: int) -> None:
    rows = lay_out(Document(tuple(content)), columns)
    for row in rows:
        if isinstance(row, Line):
            assert cells(row.text) <= columns // (2 if row.double else 1)
            assert clean(row.text) == row.text
    printed = "".join(row.text for row in rows if isinstance(row, Line)).replace(" ", "")
    for block in content:
        if isinstance(block, Text):
            assert clean(block.text).replace(" ", "") in printed
        if isinstance(block, Pair):
            assert all(word in printed for word in clean(block.right).split() if len(word) <= 8)
