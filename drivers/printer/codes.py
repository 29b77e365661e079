"""QR and bar codes as plans: what fits the paper, as the printer's own commands need it, and as modules to draw.

Sizes are those of ISO/IEC 18004 (QR, level M) and ISO/IEC 15417 (Code 128); EAN-13 is GS1 General Specifications 5.2.
"""

from __future__ import annotations

import bisect
import functools
from dataclasses import dataclass
from typing import Literal

MIN_QR_DOTS = 4
QUIET_MODULES = 4
MAX_QR_BYTES = 287
"""Version 12 at level M: 65 modules and the quiet zone at 4 dots are 292 dots, which fit the narrowest paper."""
_QR_M_BYTES = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287)
"""Bytes a version from 1 on holds at level M in byte mode."""
BAR_DOTS = 2
"""Narrowest bar: 0.25 mm at 203 dpi, the least that hand scanners read from thermal paper."""
BAR_QUIET_DOTS = 20
BAR_HEIGHT_DOTS = 80
BAR_GAP_DOTS = 8
_REALTIME = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


def qr_dots(data: str, wanted: int, dots: int) -> int:
    """Dots a module of a QR code on paper of `dots`: the wanted size or less, never under 4. Raises ValueError if none fits."""
    size = len(data.encode())
    if not 1 <= size <= MAX_QR_BYTES:
        raise ValueError(f"{size} bytes in a QR code, 1 to {MAX_QR_BYTES} fit")
    version = bisect.bisect_left(_QR_M_BYTES, size) + 1
    fitting = dots // (17 + 4 * version + 2 * QUIET_MODULES)
    if fitting < MIN_QR_DOTS:
        raise ValueError(f"a QR code of version {version} needs more than {dots} dots")
    return min(max(wanted, MIN_QR_DOTS), fitting)


@functools.lru_cache(maxsize=64)
def qr_matrix(data: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of a QR code at level M without quiet zone, by the qrcode library (imported lazily)."""
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    made = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    made.add_data(data.encode())
    made.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in made.get_matrix())


@dataclass(frozen=True, slots=True)
class BarPlan:
    """A bar code as `GS k` wants it (function B): `kind` 67 is EAN-13, 73 Code 128."""

    kind: Literal[67, 73]
    body: bytes
    modules: int
    """Width in modules without quiet zones."""


def plan_bars(data: str, symbology: str, dots: int) -> BarPlan:
    """How a code is sent and how wide it comes out. Raises ValueError for data the symbology lacks or paper too narrow."""
    plan = _ean13(data) if symbology == "ean13" else _code128(data)
    if plan.modules * BAR_DOTS + 2 * BAR_QUIET_DOTS > dots:
        raise ValueError(f"{plan.modules} modules of {BAR_DOTS} dots do not fit {dots} dots")
    return plan


def _ean13(data: str) -> BarPlan:
    if len(data) != 13 or not (data.isascii() and data.isdigit()):
        raise ValueError("an EAN-13 has 13 digits")
    weighted = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(data))
    if weighted % 10:
        raise ValueError("the check digit of the EAN-13 is wrong")
    return BarPlan(67, data.encode("ascii"), 95)


def _code128(data: str) -> BarPlan:
    if not data or not data.isascii() or not data.isprintable():
        raise ValueError("a Code 128 holds printable ASCII")
    if data.isdigit() and len(data) % 2 == 0:
        pairs = bytes(int(data[at : at + 2]) for at in range(0, len(data), 2))
        if not any(sequence in pairs for sequence in _REALTIME):
            return BarPlan(73, b"{C" + pairs, 11 * (len(pairs) + 2) + 13)
    body = b"{B" + data.encode("ascii").replace(b"{", b"{{")
    return BarPlan(73, body, 11 * (len(data) + 2) + 13)


def bars(data: str, symbology: str) -> str:
    """The modules of a bar code as a string of 1 (dark) and 0, by the library's software barcodes."""
    from drivers.printer.escpos_library import barcode_modules

    return barcode_modules(data, symbology)
