"""The PAN guard: a bank card presented to the scanner is told apart before anything else looks at its bytes.

It answers yes or no and keeps nothing: no bytes, no length, no last four digits (PCI DSS 4.0, 3.3.1, forbids keeping even an
encrypted track). It runs before decoding, queues, logs and events.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from drivers.scanner.pan import is_pan
from drivers.scanner.settings import OwnPrefix
from drivers.scanner.symbology import NO_BARCODE, split_aim

# ISO/IEC 7813: track 1 is %B<number>^, track 2 ;<number>=; readers send the tracks one after another, some without
# sentinels. Old American Express cards print spaces into the number on track 1.
_TRACK = re.compile(rb"(?:%[Bb] ?|;)(\d(?: ?\d){7,18})[\^=Dd]|%[Bb] ?(\d(?: ?\d){11,18})")
_BARE_TRACK = re.compile(rb"(?:[Bb] ?)?(\d(?:[ -]?\d){12,18})(?:[=Dd]\d|\^)")
_KEYED = re.compile(rb"\d(?:[ -]?\d){12,18}")
_EDGES = b" \t\r\n\0"


class PanGuard:
    """Knows the shop's own prefixes, nothing of any card it has seen."""

    def __init__(self, own: Sequence[OwnPrefix] = ()) -> None:
        """`own` prefixes are already checked: none of them overlaps a payment range."""
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
