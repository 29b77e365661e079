from __future__ import annotations

from sample_receipts import design_receipt_en, design_receipt_ru

from drivers.printer.copies import as_copy
from drivers.printer.render import text_lines


def test_a_copy_says_so_first_and_when_the_first_was() -> None:
    assert text_lines(as_copy(design_receipt_ru(), "09:58 22.11.2026"), 32)[:3] == [
        "          К О П И Я",
        "первая печать 09:58 22.11.2026".center(32).rstrip(),
        "-" * 32,
    ]
    assert text_lines(as_copy(design_receipt_en(), "09:58"), 32)[:2] == [
        "            C O P Y",
        "      first printed 09:58",
    ]


def test_the_receipt_itself_is_whole() -> None:
    document = design_receipt_ru()
    assert as_copy(document, "09:58").blocks[2:] == document.blocks
