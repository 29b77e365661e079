"""What the till may know of a device: scans, documents, device states, and the spool's rows. No loyalty, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

ScanKind = Literal["member", "coupon", "gift", "product", "command", "rotating", "payment", "device_reply", "unknown"]


@dataclass(frozen=True, slots=True)
class Scan:
    """One recognised scan. `payload` is None for a payment card: its bytes leave no trace anywhere."""

    kind: ScanKind
    payload: str | None
    device: str
    at_ms: int
    """Monotonic milliseconds when the frame was whole."""
    aim: str | None = None
    symbology: str | None = None
    id: str | None = None
    """What the rule took out of the payload: a card number, a coupon code."""
    gtin14: str | None = None
    rule: str = ""
    gs1: tuple[tuple[str, str], ...] = ()
    digital_link: bool = False
    provenance: Literal["scanned", "typed", "repaired"] = "scanned"


@dataclass(frozen=True, slots=True)
class DeviceState:
    """How a device stands, for people: `cause` is a stable code, words are made at the border."""

    device: str
    kind: Literal["scanner", "printer"]
    state: Literal["ready", "absent", "degraded", "waiting"]
    cause: str = ""
    numbers: dict[str, str | int] = field(default_factory=dict)


Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, wrapped at the width."""

    text: str
    align: Align = "left"
    bold: bool = False
    double: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Fact left, figure right, on one line where they fit; the left part wraps, the right never does."""

    left: str
    right: str
    bold: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A full-width line: solid "-" or light "- - -"."""

    light: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code; `caption` is printed under it."""

    data: str
    caption: str = ""
    module_dots: int = 4


@dataclass(frozen=True, slots=True)
class Barcode:
    """A one-dimensional code (ean13, code128)."""

    data: str
    symbology: Literal["ean13", "code128"] = "code128"
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the paper, after the feed the profile needs."""


Block = Text | Pair | Rule | Feed | Qr | Barcode | Cut


@dataclass(frozen=True, slots=True)
class Document:
    """A device-neutral receipt: what to say, not how to print it."""

    blocks: tuple[Block, ...]
    lang: Literal["ru", "en"] = "ru"


JobState = Literal[
    "queued",
    "prepared",
    "sending",
    "sent",
    "printed",
    "handed_over",
    "waiting",
    "paused",
    "uncertain",
    "cancelled",
    "expired",
]


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A row of the spool. `document` is the encoded Document; `attempts` counts those whose first byte went out."""

    id: str
    printer: str
    document: bytes
    state: JobState
    created_ms: int
    """UTC milliseconds."""
    attempts: int = 0
    first_attempt_ms: int | None = None
    cause: str = ""
    kind: Literal["receipt", "copy", "drawer", "test"] = "receipt"
    expires_ms: int | None = None


class Spool(Protocol):
    """What a printer worker asks of whoever keeps the rows; every call is durable when it returns."""

    def next(self, printer: str, now_ms: int) -> PrintJob | None:
        """The oldest job not yet done; jobs left `sending`/`sent` by a crash come back as `uncertain`."""
        ...

    def mark(self, job: str, state: JobState, *, now_ms: int, cause: str = "", attempt: bool = False) -> None:
        """Write a job's new state; `attempt` counts one more first byte sent."""
        ...
