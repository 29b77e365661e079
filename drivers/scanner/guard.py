"""The PAN guard: a bank card presented to the scanner is told apart before anything else looks at its bytes.

It answers yes or no and keeps nothing: no bytes, no length, no last four digits (PCI DSS 3.2 and 3.3 forbid even the
encrypted track). It runs before decoding, queues, logs and events.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from drivers.scanner.checks import digits_only, ean_ok, luhn_ok
from drivers.scanner.settings import OwnPrefix
from drivers.scanner.symbology import NO_BARCODE, split_aim

PAN_LENGTHS = range(13, 20)

_RANGES = (("4", "4"), ("51", "55"), ("2221", "2720"), ("2200", "2204"), ("34", "34"), ("37", "37"), ("35", "35"))
_MORE = (("62", "62"), ("50", "50"), ("56", "69"))
RANGES = _RANGES + _MORE
"""First and last prefix of each issuer range: Visa, Mastercard, Mir, American Express, JCB, UnionPay, Maestro."""

# ISO/IEC 7813: track 1 is %B<number>^, track 2 ;<number>=; readers send the tracks one after another, some without
# sentinels. Old American Express cards print spaces into the number on track 1.
_TRACK = re.compile(rb"(?:%[Bb] ?|;)(\d(?: ?\d){7,18})[\^=Dd]|%[Bb] ?(\d(?: ?\d){11,18})")
_BARE_TRACK = re.compile(rb"(\d{13,19})[=^Dd]\d")
_KEYED = re.compile(rb"\d(?:[ -]?\d){12,18}")
_EDGES = b" \t\r\n\0"


class PanGuard:
    """Knows the shop's own prefixes, nothing of any card it has seen."""

    def __init__(self, own: Sequence[OwnPrefix] = ()) -> None:
        """Raises ValueError naming every own prefix that overlaps a payment range."""
        wrong = [f"{item.prefix} (length {item.length})" for item in own if overlaps_payment(item)]
        if wrong:
            raise ValueError("own_prefixes overlap a payment range: " + ", ".join(wrong))
        self._own = tuple(own)

    def is_payment(self, data: bytes, symbology: str | None = None) -> bool:
        """Whether a whole frame is a bank card: a magnetic track, or a keyed number with no barcode around it.

        `symbology` is what a POS said of a scan it read itself; an AIM identifier in the data goes before it.
        """
        aim, rest = split_aim(data)
        rest = rest.strip(_EDGES)
        if any(not self._is_own(number) for number in _tracks(rest)):
            return True
        said = aim.symbology if aim else symbology
        if said is not None and said not in NO_BARCODE:
            return False
        if _KEYED.fullmatch(rest) is None:
            return False
        number = _plain(rest)
        return not self._is_own(number) and is_pan(number)

    def _is_own(self, number: str) -> bool:
        return any(len(number) == item.length and number.startswith(item.prefix) for item in self._own)


def _plain(number: bytes) -> str:
    return number.replace(b" ", b"").replace(b"-", b"").decode("ascii")


def _tracks(rest: bytes) -> list[str]:
    """The numbers that stand between track sentinels; without sentinels only a real PAN counts."""
    found = [_plain(match[1] or match[2]) for match in _TRACK.finditer(rest)]
    bare = _BARE_TRACK.match(rest)
    if bare and is_pan(number := _plain(bare[1])):
        found.append(number)
    return found


def is_pan(number: str) -> bool:
    """13 to 19 digits in an issuer's range that pass Luhn. At 13 a valid EAN wins: one in ten passes Luhn by chance."""
    if len(number) not in PAN_LENGTHS or not digits_only(number) or (len(number) == 13 and ean_ok(number)):
        return False
    return any(low <= number[: len(low)] <= high for low, high in RANGES) and luhn_ok(number)


def overlaps_payment(own: OwnPrefix) -> bool:
    """Whether a number of this prefix and length could be a bank card's."""
    if own.length not in PAN_LENGTHS:
        return False
    low, high = own.prefix.ljust(4, "0")[:4], own.prefix.ljust(4, "9")[:4]
    return any(low <= last.ljust(4, "9") and high >= first.ljust(4, "0") for first, last in RANGES)
