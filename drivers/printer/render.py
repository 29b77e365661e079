"""The same rows as plain text and as a picture of the paper."""

from __future__ import annotations

from drivers.printer.canvas import PITCH_DOTS, Canvas
from drivers.printer.codes import BAR_DOTS, BAR_GAP_DOTS, BAR_HEIGHT_DOTS, QUIET_MODULES, bars, qr_matrix
from drivers.printer.layout import BarcodeRow, CutRow, FeedRow, Line, QrRow, Row, lay_out
from drivers.printer.profiles import Profile
from drivers.printer.raster import from_modules
from drivers.shapes import Barcode, Block, Document, Qr, Text

_CODE_WORDS = {"ru": "[ код: {} ]", "en": "[ code: {} ]"}


def text_lines(document: Document, columns: int) -> list[str]:
    """A receipt as lines of at most `columns` cells, codes named in brackets: for a POS that prints them itself."""
    lines: list[str] = []
    for row in lay_out(_in_words(document), columns):
        if isinstance(row, FeedRow):
            lines.extend([""] * row.lines)
        elif isinstance(row, Line):
            lines.append(_spaced(row.text) if row.double else row.text.rstrip())
    return lines


def _in_words(document: Document) -> Document:
    """The document with each code replaced by words that stand for it."""
    blocks: list[Block] = []
    for block in document.blocks:
        if isinstance(block, Qr):
            blocks.append(Text(f"[ QR: {block.caption or block.data} ]", align="center"))
        elif isinstance(block, Barcode):
            blocks.append(Text(_CODE_WORDS[document.lang].format(block.data), align="center"))
            blocks.extend([Text(block.caption, align="center")] if block.caption else [])
        else:
            blocks.append(block)
    return Document(tuple(blocks), document.lang)


def _spaced(text: str) -> str:
    """Double width in plain text: a space after every letter, as wide as on paper."""
    letters = text.lstrip(" ")
    return "  " * (len(text) - len(letters)) + " ".join(letters)


def picture(document: Document, profile: Profile) -> bytes:
    """A receipt as a PNG as wide as the printer's paper."""
    canvas = Canvas(profile.dots)
    for row in lay_out(document, profile.dots // 12, dots=profile.dots):
        draw_row(canvas, row)
    return canvas.png()


def draw_row(canvas: Canvas, row: Row) -> None:
    """Put one row on the canvas as a printer would."""
    match row:
        case Line():
            canvas.line(row.text, bold=row.bold, double=row.double)
        case FeedRow():
            canvas.feed(row.lines * PITCH_DOTS)
        case QrRow():
            draw_qr(canvas, row.data, row.module_dots)
        case BarcodeRow():
            canvas.feed(BAR_GAP_DOTS)
            draw_bars(canvas, row.data, row.symbology)
            canvas.feed(BAR_GAP_DOTS)
        case CutRow():
            canvas.feed(PITCH_DOTS)


def draw_qr(canvas: Canvas, data: str, module_dots: int, *, quiet: bool = True) -> None:
    """A QR code centred, with its quiet zone above and below unless it is fed apart."""
    modules = ["".join("1" if dark else "0" for dark in line) for line in qr_matrix(data)]
    dots = from_modules(modules, across=module_dots, down=module_dots, dots=canvas.dots)
    margin = module_dots * QUIET_MODULES if quiet else 0
    canvas.feed(margin)
    canvas.bits(dots.width_bytes, dots.data)
    canvas.feed(margin)


def draw_bars(canvas: Canvas, data: str, symbology: str) -> None:
    """A bar code centred."""
    dots = from_modules([bars(data, symbology)], across=BAR_DOTS, down=BAR_HEIGHT_DOTS, dots=canvas.dots)
    canvas.bits(dots.width_bytes, dots.data)
