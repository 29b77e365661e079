"""What a printer's mechanics and wires are told by the bytes it reads: one value an operation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of one style within a line."""

    text: str
    bold: bool = False
    double: bool = False


@dataclass(frozen=True, slots=True)
class PrintLine:
    """A line feed: what stood in the line goes on paper."""

    spans: tuple[Span, ...]
    align: int = 0
    """0 left, 1 center, 2 right."""


@dataclass(frozen=True, slots=True)
class PrintRaster:
    """A one-bit picture, dark dots set."""

    width_bytes: int
    data: bytes
    align: int = 0


@dataclass(frozen=True, slots=True)
class PrintQr:
    """A QR code the printer draws itself."""

    data: bytes
    module_dots: int
    align: int = 0


@dataclass(frozen=True, slots=True)
class PrintBars:
    """A bar code the printer draws itself; `kind` is the m of `GS k`."""

    kind: int
    data: bytes
    align: int = 0


@dataclass(frozen=True, slots=True)
class FeedDots:
    """Blank paper."""

    dots: int


@dataclass(frozen=True, slots=True)
class CutPaper:
    """The knife."""


@dataclass(frozen=True, slots=True)
class KickDrawer:
    """A pulse on the drawer's line."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Bytes to send back once everything before is done; `is_ack` marks what a host takes for an acknowledgement."""

    data: bytes
    is_ack: bool = False


@dataclass(frozen=True, slots=True)
class AskStatus:
    """`GS r n`: the status of the moment it is reached."""

    n: int


@dataclass(frozen=True, slots=True)
class SetAsb:
    """`GS a n`: which changes are reported by themselves; 0 for none."""

    mask: int


@dataclass(frozen=True, slots=True)
class AllowRealtime:
    """`GS ( D`: whether a real-time command (1 pulse, 2 power off) is obeyed."""

    function: int
    allowed: bool


@dataclass(frozen=True, slots=True)
class Initialised:
    """`ESC @`: all settings are the power-on ones again."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A command nobody knows: real printers print its rest as characters."""

    data: bytes


Op = (
    PrintLine
    | PrintRaster
    | PrintQr
    | PrintBars
    | FeedDots
    | CutPaper
    | KickDrawer
    | Reply
    | AskStatus
    | SetAsb
    | AllowRealtime
    | Initialised
    | Unknown
)
ON_PAPER = (PrintLine, PrintRaster, PrintQr, PrintBars, FeedDots, CutPaper)
"""Operations that need paper and a closed cover."""
