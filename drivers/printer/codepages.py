"""A page that shows which number selects which alphabet on this very printer: the tables of makers differ and lie."""

from __future__ import annotations

from drivers.printer.escpos import ASB_ON, CUT, FEED_PAST_CUTTER, INITIALISE, KANJI_OFF, SELECT_PRINTER
from drivers.printer.profiles import CODECS, Profile
from drivers.printer.sanitise import check_text_bytes

CYRILLIC_PAGES = ("CP866", "CP1251", "CP1125")
SAMPLE = "Ёж№"
"""Letters that differ between the pages; each column is right in its own page only."""
NUMBERS = range(96)
_RESET_PAGE = b"\x1bt\x00"


def code_page_sheet(profile: Profile, numbers: range = NUMBERS) -> bytes:
    """Every number with the sample in each Cyrillic page: where a column reads `Ёж`, that is the page and its number."""
    head = "No  " + " ".join(page.ljust(7) for page in CYRILLIC_PAGES)
    out = bytearray(INITIALISE + SELECT_PRINTER + KANJI_OFF + ASB_ON + head.encode("ascii") + b"\n")
    for number in numbers:
        out += _RESET_PAGE + f"{number:<4}".encode("ascii") + bytes((0x1B, 0x74, number))
        for page in CYRILLIC_PAGES:
            words = SAMPLE if page != "CP1125" else "Ёжї"
            run = words.encode(CODECS[page], "replace")
            out += check_text_bytes(run.ljust(8))
        out += b"\n"
    return bytes(out) + (CUT if profile.cutter else FEED_PAST_CUTTER)
