"""Keyed names of cards, phones and members: two tills that never met make the same ones, and a stolen table tells nothing.

Every name is HMAC-SHA256 under the programme's secret key, with a domain of its own (the same card gives unlike member id
and card name), cut to 128 bits and written as 32 hex digits.
"""

from __future__ import annotations

import hashlib
import hmac
import re

HEX_DIGITS = 32
_CARD_NOISE = re.compile(r"[\s\-\u2010-\u2015]+")
_PHONE_NOISE = re.compile(r"[\s\-\u2010-\u2015().]+")


def _name(key: bytes, domain: bytes, text: str) -> str:
    if not key:
        raise ValueError("the programme key is empty")
    return hmac.new(key, domain + b"\0" + text.encode(), hashlib.sha256).hexdigest()[:HEX_DIGITS]


def normalise_card(card: str) -> str:
    """A card as everybody writes it to the same text: no spaces and dashes, upper case. ValueError when nothing is left."""
    text = _CARD_NOISE.sub("", card).upper()
    if not text:
        raise ValueError("a card number with nothing in it")
    return text


def normalise_phone(phone: str) -> str:
    """Digits with "+" and country: "8 (916) 123-45-67" and "+7 916 1234567" are one phone, "+79161234567".

    Eleven digits that begin with 8 are the Russian trunk prefix. ValueError for what is no phone of 7 to 15 digits (E.164).
    """
    text = _PHONE_NOISE.sub("", phone)
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15):
        raise ValueError("a phone has 7 to 15 digits")
    if not text.startswith("+") and len(digits) == 11 and digits.startswith("8"):
        digits = "7" + digits[1:]
    return "+" + digits


def card_hmac(key: bytes, card: str) -> str:
    """The name under which a card is looked up; never the number itself."""
    return _name(key, b"kopilka/card/1", normalise_card(card))


def phone_hmac(key: bytes, phone: str) -> str:
    """The name under which a phone is looked up."""
    return _name(key, b"kopilka/phone/1", normalise_phone(phone))


def member_id(key: bytes, card: str) -> str:
    """The id of a member first met by this card, the same at every till."""
    return _name(key, b"kopilka/member/card/1", normalise_card(card))


def member_id_of_phone(key: bytes, phone: str) -> str:
    """The id of a member who has no card."""
    return _name(key, b"kopilka/member/phone/1", normalise_phone(phone))


def uuid7(now_ms: int, chance: bytes) -> str:
    """A UUIDv7 (RFC 9562, 5.7) of a moment and ten bytes handed in: 12 bits to keep order, then 62 random ones."""
    if len(chance) != 10:
        raise ValueError("a UUIDv7 takes ten bytes of chance")
    high = (now_ms & (1 << 48) - 1) << 16 | 0x7 << 12 | int.from_bytes(chance[:2], "big") & 0xFFF
    low = 0b10 << 62 | int.from_bytes(chance[2:], "big") & (1 << 62) - 1
    text = f"{high << 64 | low:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
