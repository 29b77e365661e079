"""A document set for a width: rows that every renderer (ESC/POS, text, picture) prints one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from drivers.printer.cells import cells, pad, wrap
from drivers.printer.codes import plan_bars, qr_dots
from drivers.printer.profiles import FONT_A_DOTS
from drivers.printer.sanitise import clean
from drivers.shapes import Barcode, Cut, Document, Feed, Pair, Qr, Rule, Text

MAX_ROWS = 1000
"""A receipt of some three metres; what is past it is not printed, the cut is."""
MIN_COLUMNS = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line of cleaned text, set with leading spaces; `double` means every cell is twice as wide."""

    text: str
    bold: bool = False
    double: bool = False


@dataclass(frozen=True, slots=True)
class QrRow:
    """A QR code, centred, with its quiet zone; it fits the paper."""

    data: str
    module_dots: int


@dataclass(frozen=True, slots=True)
class BarcodeRow:
    """A one-dimensional code, centred; it fits the paper. Its characters follow as a line."""

    data: str
    symbology: Literal["ean13", "code128"]


@dataclass(frozen=True, slots=True)
class FeedRow:
    """Blank lines."""

    lines: int


@dataclass(frozen=True, slots=True)
class CutRow:
    """Where the slip ends."""


Row = Line | QrRow | BarcodeRow | FeedRow | CutRow
Spell = Callable[[str], str]


def lay_out(document: Document, columns: int, *, dots: int = 0, spell: Spell = str) -> list[Row]:
    """Rows of at most `columns` cells on paper of `dots` (12 a column unless told, the cell of font A).

    `spell` is the code page's spelling; text and pictures need none.

    Every text passes gate one here, so nothing after this sees what a person or a hub typed.
    """
    if columns < MIN_COLUMNS:
        raise ValueError(f"{columns} columns, at least {MIN_COLUMNS}")
    page = _Page(columns, dots or columns * FONT_A_DOTS, spell)
    rows: list[Row] = []
    for block in document.blocks:
        rows.extend(page.rows(block))
        if len(rows) > MAX_ROWS:
            return [*rows[:MAX_ROWS], CutRow()]
    return rows


@dataclass(frozen=True, slots=True)
class _Page:
    columns: int
    dots: int
    spell: Spell

    def rows(self, block: object) -> list[Row]:
        match block:
            case Text():
                return self._text(block)
            case Pair():
                return self._pair(block)
            case Rule():
                return [Line(("- " * self.columns)[: self.columns].rstrip() if block.light else "-" * self.columns)]
            case Feed():
                return [FeedRow(block.lines)]
            case Qr():
                return self._qr(block)
            case Barcode():
                return self._barcode(block)
            case Cut():
                return [CutRow()]
            case _:
                raise TypeError(f"no layout for {type(block).__name__}")

    def _words(self, text: str) -> str:
        return self.spell(clean(text))

    def _text(self, block: Text) -> list[Row]:
        width = self.columns // 2 if block.double else self.columns
        return [
            Line(pad(line, width, block.align), bold=block.bold, double=block.double)
            for line in wrap(self._words(block.text), width)
        ]

    def _pair(self, block: Pair) -> list[Row]:
        indent = " " * min(block.indent, self.columns // 4)
        width = self.columns - len(indent)
        left, right = self._words(block.left).rstrip(), self._words(block.right).strip()
        lines = [indent + line for line in wrap(left, width)] if left else []
        figures = wrap(right, self.columns) if right else []
        if lines and figures and cells(lines[-1]) + 1 + cells(figures[0]) <= self.columns:
            last, first = lines.pop(), figures.pop(0)
            lines.append(last + " " * (self.columns - cells(last) - cells(first)) + first)
        lines.extend(pad(figure, self.columns, "right") for figure in figures)
        return [Line(line, bold=block.bold) for line in lines]

    def _qr(self, block: Qr) -> list[Row]:
        data = clean(block.data)
        try:
            module_dots = qr_dots(data, block.module_dots, self.dots)
        except ValueError:
            return self._caption(data) + self._caption(block.caption)
        return [QrRow(data, module_dots), *self._caption(block.caption)]

    def _barcode(self, block: Barcode) -> list[Row]:
        """Too long for bars becomes a QR code, which the same scanner reads; a wrong EAN is printed as its digits."""
        data = clean(block.data)
        try:
            plan_bars(data, block.symbology, self.dots)
        except ValueError:
            rows = [] if block.symbology == "ean13" else self._qr(Qr(data))
            return [*rows, *self._caption(data), *self._caption(block.caption)]
        return [BarcodeRow(data, block.symbology), *self._caption(data), *self._caption(block.caption)]

    def _caption(self, text: str) -> list[Row]:
        words = self._words(text)
        return [Line(pad(line, self.columns, "center")) for line in wrap(words, self.columns)] if words else []
