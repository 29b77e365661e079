"""The receipt of the design at both widths and in both languages, against files that a person has looked at."""

from __future__ import annotations

import io
import os

import pytest
from PIL import Image
from sample_receipts import design_receipt_en, design_receipt_ru, everything

from drivers.printer.cells import cells
from drivers.printer.profiles import PROFILES
from drivers.printer.render import picture, text_lines
from drivers.shapes import Document, Qr, Text

GOLDEN = os.path.join(os.path.dirname(__file__), "..", "..", "..", "golden")
DOCUMENTS = {"ru": design_receipt_ru(), "en": design_receipt_en()}


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("columns", [48, 32])
def test_the_receipt_of_the_design(lang: str, columns: int) -> None:
    with open(os.path.join(GOLDEN, f"receipt_{lang}_{columns}.txt"), encoding="utf-8") as file:
        wanted = file.read()
    lines = text_lines(DOCUMENTS[lang], columns)
    assert "\n".join(lines) + "\n" == wanted
    assert max(map(cells, lines)) <= columns


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_no_fact_is_lost_at_32(lang: str) -> None:
    def words(columns: int) -> list[str]:
        return sorted(word for word in " ".join(text_lines(DOCUMENTS[lang], columns)).split() if set(word) != {"-"})

    assert words(32) == words(48)


def test_codes_are_named_in_brackets() -> None:
    lines = text_lines(everything(), 32)
    assert "[ код: 4600494694325 ]".center(32).rstrip() in lines
    assert "купон -10 %".center(32).rstrip() in [line.rstrip() for line in lines]
    assert "[ QR: KS1.0a1b2c3d ]" in "".join(lines)
    assert "          И Т О Г О" in lines


@pytest.mark.parametrize(("name", "wide"), [("epson-80", 640), ("epson-58", 448), ("TM-T88V", 576)])
def test_pictures_are_as_wide_as_the_paper(name: str, wide: int) -> None:
    image = Image.open(io.BytesIO(picture(design_receipt_ru(), PROFILES[name])))
    assert image.size[0] == wide
    assert image.size[1] > 400
    dark = image.convert("L").histogram()
    assert sum(dark[:128]) > 2000
    assert dark[255] > sum(dark[:128])


def test_a_picture_shows_the_codes() -> None:
    bare = picture(Document((Text("x"),)), PROFILES["epson-58"])
    coded = picture(Document((Text("x"), Qr("https://x.example"))), PROFILES["epson-58"])
    assert Image.open(io.BytesIO(coded)).size[1] > Image.open(io.BytesIO(bare)).size[1] + 80
