"""Check digits: what a code says about itself. Every function takes a string and answers False for what is no such number."""

from __future__ import annotations


def digits_only(text: str) -> bool:
    """ASCII digits and nothing else: `str.isdigit` would take ² and Arabic-Indic ones."""
    return text.isascii() and text.isdigit()


def ean_digit(body: str) -> str:
    """The modulo-10 check digit over a GTIN's body, weights 3 and 1 from the right (GS1 General Specifications 7.9)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def ean_ok(text: str) -> bool:
    """Whether the last digit checks the others; any length from 2 (8, 12, 13, 14, 18 in GS1's use)."""
    return digits_only(text) and len(text) > 1 and ean_digit(text[:-1]) == text[-1]


def luhn_ok(text: str) -> bool:
    """The modulo-10 "double-add-double" check of ISO/IEC 7812-1, annex B."""
    if not digits_only(text) or len(text) < 2:
        return False
    total = 0
    for place, digit in enumerate(reversed(text)):
        worth = int(digit) * (1 + place % 2)
        total += worth - 9 if worth > 9 else worth
    return total % 10 == 0


def mod97_ok(text: str) -> bool:
    """ISO/IEC 7064 MOD 97-10 with the check at the end: letters count 10..35, the whole leaves 1."""
    if not (text.isascii() and text.isalnum()) or len(text) < 3:
        return False
    return int("".join(str(int(sign, 36)) for sign in text)) % 97 == 1


CHECKS = {"ean": ean_ok, "luhn": luhn_ok, "mod97": mod97_ok}
