"""A simulated slip as a text file and as a picture, drawn from the operations and not from the document."""

from __future__ import annotations

from drivers.printer.canvas import CELL_DOTS, PITCH_DOTS, Canvas
from drivers.printer.cells import cells, pad
from drivers.printer.render import draw_bars, draw_qr
from drivers.sim.paper import Slip, read_bars
from drivers.sim.printer_ops import FeedDots, PrintBars, PrintLine, PrintQr, PrintRaster

_ALIGN = {0: "left", 1: "center", 2: "right"}
_BAR_SYMBOLOGY = {67: "ean13", 73: "code128"}


def slip_text(slip: Slip, columns: int) -> str:
    """The slip in characters; codes and pictures are named in brackets."""
    lines = []
    for item in slip.items:
        match item:
            case PrintLine():
                words = "".join(" ".join(span.text) + " " if span.double else span.text for span in item.spans)
                lines.append(pad(words.rstrip(), columns, _ALIGN[item.align]))
            case PrintQr():
                lines.append(pad(f"[ QR: {item.data.decode('utf-8', 'replace')} ]", columns, "center"))
            case PrintBars():
                lines.append(pad(f"[ {read_bars(item.kind, item.data)} ]", columns, "center"))
            case PrintRaster():
                lines.append(f"[ {item.width_bytes * 8}x{len(item.data) // item.width_bytes} ]")
            case FeedDots():
                lines.extend([""] * (item.dots // PITCH_DOTS))
    return "\n".join(lines) + "\n"


def slip_png(slip: Slip, dots: int) -> bytes:
    """The slip as a picture of the paper."""
    canvas = Canvas(dots)
    for item in slip.items:
        match item:
            case PrintLine():
                _line(canvas, item)
            case PrintQr():
                draw_qr(canvas, item.data.decode("utf-8", "replace"), item.module_dots, quiet=False)
            case PrintBars() if item.kind in _BAR_SYMBOLOGY:
                draw_bars(canvas, read_bars(item.kind, item.data), _BAR_SYMBOLOGY[item.kind])
            case PrintRaster():
                canvas.bits(item.width_bytes, item.data)
            case FeedDots():
                canvas.feed(item.dots)
    return canvas.png()


def _line(canvas: Canvas, line: PrintLine) -> None:
    """A line in one style; a mixed line is drawn in that of its first words."""
    text = "".join(span.text for span in line.spans)
    first = line.spans[0] if line.spans else None
    double = bool(first and first.double)
    width = canvas.dots // CELL_DOTS // (2 if double else 1)
    shown = pad(text, width, _ALIGN[line.align]) if cells(text) < width else text
    canvas.line(shown, bold=bool(first and first.bold), double=double)
