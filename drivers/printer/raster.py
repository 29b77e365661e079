"""Dots as `GS v 0` commands, with nothing in them that a printer obeys while it reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass

STRIPE_ROWS = 24
"""Dots a command is high: a stripe is small enough for every buffer, and NULs enough to end one are few."""

REALTIME = re.compile(rb"\x10[\x04\x05\x14]")
"""DLE EOT, DLE ENQ, DLE DC4: obeyed wherever they stand, also within a picture."""


@dataclass(frozen=True, slots=True)
class Dots:
    """A one-bit picture: `width_bytes` bytes a row, dark dots set, most significant bit left."""

    width_bytes: int
    data: bytes

    def __post_init__(self) -> None:
        """Whole rows only."""
        assert self.width_bytes > 0
        assert len(self.data) % self.width_bytes == 0

    @property
    def rows(self) -> int:
        """Height in dots."""
        return len(self.data) // self.width_bytes


def from_modules(modules: list[str], *, across: int, down: int, dots: int) -> Dots:
    """Rows of "1" and "0", each module `across` by `down` dots, centred on paper of `dots`."""
    width_bytes = dots // 8
    rows = []
    for row in modules:
        bits = "".join(module * across for module in row)
        left = (width_bytes * 8 - len(bits)) // 2
        if left < 0:
            raise ValueError(f"{len(bits)} dots do not fit {dots}")
        rows.append(int(bits.ljust(width_bytes * 8 - left, "0"), 2).to_bytes(width_bytes, "big") * down)
    return Dots(width_bytes, b"".join(rows))


def without_realtime(data: bytes) -> bytes:
    """The same picture but for one dot beside each byte that would begin a real-time command."""
    while REALTIME.search(data):
        data = REALTIME.sub(lambda found: b"\x18" + found[0][1:], data)
    return data


def raster_commands(dots: Dots) -> bytes:
    """`GS v 0` a stripe of at most `STRIPE_ROWS` rows (ESC/POS, GS v 0: xL xH bytes across, yL yH dots down)."""
    out = bytearray()
    data = without_realtime(dots.data)
    step = dots.width_bytes * STRIPE_ROWS
    for at in range(0, len(data), step):
        stripe = data[at : at + step]
        rows = len(stripe) // dots.width_bytes
        out += b"\x1dv0\x00" + dots.width_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little") + stripe
    return bytes(out)
