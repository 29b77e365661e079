from __future__ import annotations

import io

from PIL import Image
from printed import slip_of
from sample_receipts import design_receipt_ru, everything

from drivers.printer.copies import as_copy
from drivers.printer.escpos import receipt_job
from drivers.printer.profiles import PROFILES
from drivers.sim.paper_views import slip_png, slip_text

EPSON = PROFILES["epson-80"]


def test_text() -> None:
    text = slip_text(slip_of(receipt_job(everything(), EPSON), EPSON), 48)
    assert "[ 576x24 ]" in text
    assert "И Т О Г О" in text
    assert "[ 4600494694325 ]".center(48).rstrip() in text
    assert "[ QR: KS1.0a1b2c3d ]" in text


def test_the_picture_of_the_paper_is_that_of_the_document() -> None:
    from drivers.printer.render import picture

    document = as_copy(design_receipt_ru(), "09:58")
    paper = Image.open(io.BytesIO(slip_png(slip_of(receipt_job(document, EPSON), EPSON), EPSON.dots))).convert("L")
    drawn = Image.open(io.BytesIO(picture(document, EPSON))).convert("L")
    assert paper.size[0] == drawn.size[0]
    height = min(paper.size[1], drawn.size[1]) - 64
    box = (0, 0, paper.size[0], height)
    assert paper.crop(box).tobytes() == drawn.crop(box).tobytes()


def test_every_kind_of_thing_is_drawn() -> None:
    for name in ("POS-5890", "epson-58"):
        profile = PROFILES[name]
        png = slip_png(slip_of(receipt_job(everything(), profile), profile), profile.dots)
        assert Image.open(io.BytesIO(png)).size[1] > 300
