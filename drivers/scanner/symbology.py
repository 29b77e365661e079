"""Symbologies: AIM identifiers (ISO/IEC 15424) and what a GTIN is in each of them. A codec: text in, values out."""

from __future__ import annotations

from typing import NamedTuple

from drivers.scanner.checks import digits_only, ean_digit, ean_ok

_NAMES = {
    "A": "code39",
    "B": "telepen",
    "C": "code128",
    "D": "code_one",
    "E": "ean_upc",
    "F": "codabar",
    "G": "code93",
    "H": "code11",
    "I": "itf",
    "J": "dotcode",
    "K": "code16k",
    "L": "pdf417",
    "M": "msi",
    "N": "anker",
    "O": "codablock",
    "P": "plessey",
    "Q": "qr",
    "R": "straight2of5",
    "S": "straight2of5",
    "T": "code49",
    "U": "maxicode",
    "X": "other",
    "Y": "expansion",
    "Z": "none",
    "c": "channel",
    "d": "datamatrix",
    "e": "gs1_databar",
    "g": "gridmatrix",
    "h": "hanxin",
    "o": "ocr",
    "p": "posicode",
    "s": "supercode",
    "t": "ultracode",
    "z": "aztec",
}
NAMES = frozenset(_NAMES.values())
"""Every symbology a rule may name."""

NO_BARCODE = frozenset({"other", "expansion", "none", "ocr"})
"""Where the identifier does not say that bars or modules were read: keyed, magnetic, read as print, or unknown."""

_MODIFIERS = frozenset("0123456789ABCDEFabcdef")
_FNC1_FIRST = frozenset({"]C1", "]Q3", "]Q4", "]d2", "]J1", "]h1", "]z1", "]L6"})
"""Identifiers saying that FNC1 stood first, so that the data are GS1 element strings."""
DEVICE_REPLY = "]Z6"


class Aim(NamedTuple):
    """An AIM identifier as sent (empty where a POS only named the symbology), and the name of its symbology."""

    id: str
    symbology: str


def split_aim(data: bytes) -> tuple[Aim | None, bytes]:
    """The AIM identifier a frame begins with and what follows it; a lone `]` or an unassigned code is data."""
    head = data[:3].decode("latin-1")
    if len(head) == 3 and head[0] == "]" and head[1] in _NAMES and head[2] in _MODIFIERS:
        return Aim(head, _NAMES[head[1]]), data[3:]
    return None, data


def is_gs1(aim: Aim) -> bool:
    """Whether the symbol carries GS1 element strings, by its identifier alone."""
    return aim.symbology == "gs1_databar" or aim.id in _FNC1_FIRST


def expand_upce(text: str) -> str | None:
    """UPC-E with number system and check digit (8 digits) as UPC-A (12); None when it is none.

    The check digit is that of the expansion (GS1 General Specifications 5.2.2.4.2).
    """
    if len(text) != 8 or not digits_only(text) or text[0] not in "01":
        return None
    system, body, check = text[0], text[1:7], text[7]
    last = body[5]
    if last in "012":
        wide = body[:2] + last + "0000" + body[2:5]
    elif last == "3":
        wide = body[:3] + "00000" + body[3:5]
    elif last == "4":
        wide = body[:4] + "00000" + body[4]
    else:
        wide = body[:5] + "0000" + last
    return system + wide + check if ean_digit(system + wide) == check else None


def gtin14(text: str) -> str | None:
    """8, 12, 13 or 14 digits with a right check digit as GTIN-14; None for all else."""
    return text.zfill(14) if len(text) in (8, 12, 13, 14) and ean_ok(text) and text.strip("0") else None


def bare_gtin(text: str, aim: Aim | None) -> str | None:
    """The GTIN-14 of a payload that is nothing but a number; None where the symbology carries no bare GTIN."""
    if aim is None:
        return gtin14(text) or gtin14(expand_upce(text) or "")
    if aim.symbology == "itf":
        return gtin14(text) if len(text) == 14 else None
    return _ean_upc(text, aim) if aim.symbology == "ean_upc" else None


def _ean_upc(text: str, aim: Aim) -> str | None:
    """EAN/UPC by its modifier: `]E4` is EAN-8, `]E3` carries an add-on of 2 or 5, a composite part follows `|`.

    Without an identifier (a POS named the symbology) 8 digits are judged as where nothing is known.
    """
    number = text.partition("|")[0]
    if aim.id == "]E4":
        return gtin14(number) if len(number) == 8 else None
    if aim.id == "]E3" and len(number) in (15, 18):
        number = number[:13]
    if aim.id not in ("]E0", "]E3", ""):
        return None
    if len(number) == 8 and not aim.id:
        return bare_gtin(number, None)
    if len(number) == 8:
        return gtin14(expand_upce(number) or number)
    return gtin14(number) if len(number) in (12, 13) else None
