from __future__ import annotations

import io

import pytest
from PIL import Image

from drivers.printer.canvas import CELL_DOTS, LINE_DOTS, MARGIN_DOTS, MAX_HEIGHT_DOTS, PITCH_DOTS, Canvas, text_image


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("L")


def ink(image: Image.Image) -> tuple[int, int, int, int] | None:
    return image.convert("L").point(lambda level: 255 if level < 128 else 0).getbbox()


@pytest.mark.parametrize("char", list("ЖЙЁщ№₽«»—…ӘғңқїєAz09·é"))
def test_the_shipped_font_has_every_letter_we_print(char: str) -> None:
    missing = text_image("\ufffe", 24).tobytes()
    drawn = text_image(char, 24)
    assert ink(drawn) is not None
    assert drawn.tobytes() != missing


def test_each_letter_stands_in_its_cell() -> None:
    box = ink(text_image("   Ж", 96))
    assert box is not None
    assert box[0] >= 3 * CELL_DOTS
    assert box[2] <= 4 * CELL_DOTS


def test_double_width_is_twice_as_wide() -> None:
    single, double = ink(text_image("ЖЖ", 96)), ink(text_image("ЖЖ", 96, double=True))
    assert single is not None
    assert double is not None
    assert (double[2], double[3]) == (single[2] * 2, single[3])


def test_bold_has_more_ink() -> None:
    assert text_image("Баланс", 96, bold=True).histogram()[0] > text_image("Баланс", 96).histogram()[0]


def test_joined_letters_are_drawn_as_words() -> None:
    assert ink(text_image("  سلام", 96)) is not None


def test_paper_grows_and_has_margins() -> None:
    canvas = Canvas(384)
    canvas.line("Ж")
    canvas.feed(10)
    canvas.bits(1, b"\xff" * 8, left=8)
    image = opened(canvas.png())
    assert image.size == (384 + 2 * MARGIN_DOTS, PITCH_DOTS + 10 + 8 + 2 * MARGIN_DOTS)
    raster = image.crop((MARGIN_DOTS, MARGIN_DOTS + PITCH_DOTS + 10, 400, MARGIN_DOTS + PITCH_DOTS + 18))
    assert ink(raster) == (8, 0, 16, 8)


def test_an_empty_strip_is_still_paper() -> None:
    assert opened(Canvas(384).png()).size[1] == LINE_DOTS + 2 * MARGIN_DOTS


def test_paper_has_an_end() -> None:
    canvas = Canvas(16)
    for _ in range(3000):
        canvas.feed(PITCH_DOTS)
        canvas.bits(1, b"\xff")
    assert opened(canvas.png()).size[1] <= MAX_HEIGHT_DOTS + 2 * MARGIN_DOTS
