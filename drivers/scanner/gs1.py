"""GS1 element strings and Digital Links: what stands in a code besides the GTIN. Text in, values out.

The table of identifiers is our own, 541 of them in a few lines: loading biip for it costs 25 MB and 0.13 s on a till.
biip is the judge in the tests and gives the titles that `kopilka scan explain` shows.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from drivers.scanner.checks import digits_only, ean_ok

GS = "\x1d"
Elements = tuple[tuple[str, str], ...]

MAX_ELEMENTS = 64
_PRINTABLE = re.compile(r"[ -~]+")

# GS1 General Specifications, section 3: format -> identifiers; "n" stands for the digits given with it.
_FORMATS = """
N14: 01 02 03 8001 | N18: 00 8017 8018 | N6: 11 12 13 15 16 17 395[0-5] 4326 7006 8005 31[0-6][0-5]
| N6: 3[246][0-9][0-5] 3[35][0-7][0-5]
| N2: 20 7241 | N13: 41[0-7] 7001 | N1-8: 30 37 | N1-6: 242 | N3: 422 424 426 | N1-4: 7004 | N10: 4324 4325 7003 | N12: 7251
| N13-25: 255 | X13-30: 253 | N17: 402 | N3-15: 423 425 | N4-18: 391[0-9] 393[0-9] | N1-15: 390[0-9] 392[0-9] | N4: 394[0-3] 8111
| N1: 4321 4322 4323 7252 | X3: 7258 | X4: 7040 | N18: 8006 8026 | X14-30: 8003 | N15: 8040 8041 | N18-20: 8043 | N20: 4309
| X4-30: 703[0-9] | X4-12: 421 | N32: 8042 | X6-7: 433[0-3] | N6-10: 7011 | N6-12: 7007 | N8: 7250 | N8-12: 8008 | N1-10: 8019
| N1-12: 8011 | X1-10: 7009 7255 | X1-12: 7005 | X1-2: 7010 | X1-20: 10 21 22 243 254 420 4318 702[0-2] 71[0-7] 7240 8002 8012
| X1-25: 7242 8013 8014 8020 | X1-28: 235 | X1-3: 427 7008 | X1-30: 240 241 250 251 400 401 403 4308 4319 7002 7023 8004 90 8010
| X1-34: 8007 | X1-35: 4300 4301 4310 4311 4320 | X1-4: 7041 | X1-40: 7253 7254 7259 | X1-50: 8009
| X1-70: 430[2-6] 431[2-6] 7257 8110 8112 8200 | X1-90: 9[1-9] 7256 8030 | X2: 4307 4317 | X3-30: 723[0-9]
"""
_FIXED = re.compile(r"0[0-4]|1[1-9]|20|3[1-6]\d\d|41\d")
"""Lengths known beforehand, so that no separator need follow (GS1 General Specifications 7.8.5)."""
_PRIMARY = re.compile("0[01]|25[35]|40[12]|41[47]|800[346]|801[0378]")
"""Keys a Digital Link's path may begin with (GS1 Digital Link URI syntax, 4.2)."""


def _table() -> list[tuple[re.Pattern[str], bool, int, int]]:
    rows = []
    for part in _FORMATS.split("|"):
        form, _, names = part.strip().partition(": ")
        low, _, high = form[1:].partition("-")
        pattern = re.compile("|".join(names.split()))
        rows.append((pattern, form[0] == "N", int(low), int(high or low)))
    return rows


_TABLE: list[tuple[re.Pattern[str], bool, int, int]] = []


def _format(text: str, *, whole: bool = False) -> tuple[str, bool, int, int] | None:
    """The identifier `text` begins with (or is, with `whole`): its digits, whether numeric, least and most length."""
    if not _TABLE:
        _TABLE.extend(_table())
    for pattern, numeric, low, high in _TABLE:
        found = pattern.fullmatch(text) if whole else pattern.match(text)
        if found:
            return found[0], numeric, low, high
    return None


def _fits(value: str, numeric: bool, low: int, high: int) -> bool:
    return low <= len(value) <= high and (digits_only(value) if numeric else _PRINTABLE.fullmatch(value) is not None)


def parse_elements(text: str) -> Elements | None:
    """Element strings in their order; None when any part of the text is none. A leading FNC1 (sent as GS) is taken."""
    rest = text.removeprefix(GS)
    found: list[tuple[str, str]] = []
    while rest:
        form = _format(rest)
        if form is None or len(found) == MAX_ELEMENTS:
            return None
        ai, numeric, low, high = form
        upto = rest.find(GS)
        end = len(rest) if upto < 0 else upto
        if _FIXED.fullmatch(ai):
            end = min(end, len(ai) + high)
        value = rest[len(ai) : end]
        if not _fits(value, numeric, low, high):
            return None
        found.append((ai, value))
        rest = rest[end:].lstrip(GS)
    return tuple(found) or None


def parse_link(text: str) -> Elements | None:
    """The elements of a GS1 Digital Link URI (uncompressed, GS1 DL 1.1 and later); None for any other text.

    The scheme may be upper or lower case, not mixed, as in GS1's own engine.
    """
    if not text.startswith(("https://", "http://", "HTTPS://", "HTTP://")) or not text.isascii():
        return None
    address, _, query = text.partition("#")[0].partition("?")
    steps = address.split("/")[3:]
    start = next((place for place, step in enumerate(steps) if _PRIMARY.fullmatch(step)), None)
    if start is None or (len(steps) - start) % 2 or len(steps) - start > MAX_ELEMENTS:
        return None
    found: list[tuple[str, str]] = []
    for ai, value in zip(steps[start::2], steps[start + 1 :: 2], strict=True):
        element = _element(ai, value)
        if element is None:
            return None
        found.append(element)
    for pair in query.replace(";", "&").split("&")[:MAX_ELEMENTS]:
        ai, _, value = pair.partition("=")
        # What is no identifier in the query belongs to the shop that made the link.
        if digits_only(ai) and (element := _element(ai, value)):
            found.append(element)
    return tuple(found)


def _element(ai: str, value: str) -> tuple[str, str] | None:
    form = _format(ai, whole=True)
    value = unquote(value)
    if ai == "01" and len(value) in (8, 12, 13):
        value = value.zfill(14)
    return (ai, value) if form and _fits(value, *form[1:]) else None


def gtin_of(elements: Elements) -> str | None:
    """The GTIN-14 among them, with a right check digit."""
    return next((value for ai, value in elements if ai == "01" and ean_ok(value)), None)


def titles(elements: Elements) -> list[str]:
    """Each element for people, as `(10) BATCH/LOT: ABC`. Loads biip: for the command line, not for the till."""
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

    return [f"({ai}) {GS1ApplicationIdentifier.extract(ai).data_title}: {value}" for ai, value in elements]
