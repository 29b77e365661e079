"""What the till may know of a device: scans, documents, device states, and the spool's rows. No loyalty, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol

import msgspec

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
    """What the rule took out of the payload: a card number, a coupon code. None where a rule matched a payload without one."""
    fields: tuple[tuple[str, str], ...] = ()
    """What else the rule named: `unix` and `totp` of a rotating code."""
    trusted: bool = False
    """Whether this device may give commands: the till obeys a `command` only then."""
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


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="block", tag="text"):
    """Words, wrapped at the width; `double` halves the columns and is for one figure or the head of a copy."""

    text: str
    align: Align = "left"
    bold: bool = False
    double: bool = False


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="block", tag="pair"):
    """Fact left, figure right, on one line where they fit; else the left part wraps and the figure ends the last line."""

    left: str
    right: str
    bold: bool = False
    indent: Annotated[int, msgspec.Meta(ge=0, le=16)] = 0


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="block", tag="rule"):
    """A full-width line: solid "-" or light "- - -"."""

    light: bool = False


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="block", tag="feed"):
    """Blank lines."""

    lines: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1


class Qr(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="block", tag="qr"):
    """A QR code; `caption` is printed under it. Modules are never smaller than 4 dots."""

    data: str
    caption: str = ""
    module_dots: Annotated[int, msgspec.Meta(ge=4, le=16)] = 4


class Barcode(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="block", tag="barcode"):
    """A one-dimensional code (ean13, code128); `caption` is printed under it."""

    data: str
    symbology: Literal["ean13", "code128"] = "code128"
    caption: str = ""


class Cut(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="block", tag="cut"):
    """Cut the paper, after the feed the profile needs."""


Block = Text | Pair | Rule | Feed | Qr | Barcode | Cut


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device-neutral receipt: what to say, not how to print it. It travels and is stored as JSON (printer.document)."""

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
    """A row of the spool.

    `document` is the encoded Document (empty for a drawer kick); `attempts` counts those whose first byte went out.
    A job of kind `copy` is always headed as a copy; `first_attempt_ms` is then the time of the receipt it copies.
    """

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


FINISHED: frozenset[JobState] = frozenset({"printed", "handed_over", "cancelled", "expired"})
"""States no job leaves again."""


class Spool(Protocol):
    """What a printer worker asks of whoever keeps the rows; every call is durable when it returns.

    The rules are executable: tests/support/spool_contract.py.
    """

    def next(self, printer: str, now_ms: int) -> PrintJob | None:
        """The printer's oldest unfinished job, drawer kicks first (also expired ones: the worker says so).

        Rows left `sending`, `sent` or `paused` come back as `uncertain`: only a crash or a lost line leaves them so.
        """
        ...

    def mark(self, job: str, state: JobState, *, now_ms: int, cause: str = "", attempt: bool = False) -> None:
        """Write a job's new state and cause; `attempt` counts one more first byte sent and dates the first.

        A finished job stays as it is: a late mark changes nothing. An unknown job raises KeyError.
        """
        ...
