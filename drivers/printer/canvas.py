"""Receipt paper to draw on: text in a fixed grid of dots, codes, feeds; out come one-bit dots or a picture.

The font is DejaVu Sans Mono, cut down and shipped beside this module, because a bare till has no fonts and Pillow's own
has no Cyrillic. At 20 pixels its cells are exactly the 12 dots of a printer's font A.
"""

from __future__ import annotations

import functools
import io
import os
from typing import TYPE_CHECKING

from drivers.printer.cells import cells, clusters

if TYPE_CHECKING:
    from PIL import Image, ImageFont

FONT_PIXELS = 20
CELL_DOTS = 12
LINE_DOTS = 24
PITCH_DOTS = 30
"""From one line to the next: a printer's default of 1/6 inch."""
MARGIN_DOTS = 32
MAX_HEIGHT_DOTS = 40_000
_FONTS = os.path.join(os.path.dirname(__file__), "fonts")
_INK = 34
_PAPER = 255


@functools.lru_cache(maxsize=4)
def _font(*, bold: bool, shaped: bool) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont, features

    name = "DejaVuSansMono-Bold.ttf" if bold else "DejaVuSansMono.ttf"
    raqm = shaped and features.check("raqm")
    layout = ImageFont.Layout.RAQM if raqm else ImageFont.Layout.BASIC
    return ImageFont.truetype(os.path.join(_FONTS, name), FONT_PIXELS, layout_engine=layout)


def _is_joined(text: str) -> bool:
    """Whether letters join or run right to left, so that a line must be shaped as a whole."""
    return any("\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufdff" for char in text)


def text_image(text: str, dots: int, *, bold: bool = False, double: bool = False) -> Image.Image:
    """One line of text as a picture of `dots` by 24, black on white, each cluster in its own cell."""
    from PIL import Image, ImageDraw

    width = dots // 2 if double else dots
    image = Image.new("1", (width, LINE_DOTS), 1)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    if _is_joined(text):
        indent = len(text) - len(text.lstrip(" "))
        draw.text((indent * CELL_DOTS, 1), text.lstrip(" "), font=_font(bold=bold, shaped=True), fill=0)
    else:
        at = 0
        for cluster in clusters(text):
            if cluster != " ":
                draw.text((at, 1), cluster, font=_font(bold=bold, shaped=False), fill=0)
            at += cells(cluster) * CELL_DOTS
    return image.resize((width * 2, LINE_DOTS), Image.Resampling.NEAREST) if double else image


class Canvas:
    """A strip of paper `dots` wide that grows as it is printed on."""

    def __init__(self, dots: int) -> None:
        """Start an empty strip."""
        self.dots = dots
        self._parts: list[tuple[int, Image.Image]] = []
        self._height = 0

    def line(self, text: str, *, bold: bool = False, double: bool = False) -> None:
        """A line of text and the gap under it."""
        self._put(text_image(text, self.dots, bold=bold, double=double), PITCH_DOTS)

    def feed(self, dots: int) -> None:
        """Blank paper."""
        self._height = min(self._height + dots, MAX_HEIGHT_DOTS)

    def bits(self, width_bytes: int, data: bytes, *, left: int = 0) -> None:
        """A one-bit picture, dark dots set, `left` dots from the edge."""
        from PIL import Image

        rows = len(data) // width_bytes
        inverted = bytes(byte ^ 0xFF for byte in data)
        self._put(Image.frombytes("1", (width_bytes * 8, rows), inverted), rows, left=left)

    def _put(self, image: Image.Image, height: int, *, left: int = 0) -> None:
        if self._height + height > MAX_HEIGHT_DOTS:
            return
        from PIL import Image as Images

        if left:
            shifted = Images.new("1", (image.width + left, image.height), 1)
            shifted.paste(image, (left, 0))
            image = shifted
        self._parts.append((self._height, image))
        self._height += height

    def png(self) -> bytes:
        """The strip with its margins as a PNG: dark grey on white, as thermal paper looks."""
        from PIL import Image

        size = (self.dots + 2 * MARGIN_DOTS, max(self._height, LINE_DOTS) + 2 * MARGIN_DOTS)
        paper = Image.new("L", size, _PAPER)
        for top, image in self._parts:
            grey = image.convert("L").point(lambda level: _PAPER if level else _INK)
            grey = grey.crop((0, 0, min(self.dots, grey.width), grey.height))
            paper.paste(grey, (MARGIN_DOTS, MARGIN_DOTS + top))
        out = io.BytesIO()
        paper.save(out, "PNG", optimize=True)
        return out.getvalue()
