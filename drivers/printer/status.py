"""What printers send back, split and glued on one stream, as events. A codec: no port, no clock.

The first byte tells the kind (ESC/POS reference, "Identification of status"): a block opens with 35/37/3B/3D/5F and
ends with 00; a `DLE EOT` answer has `b & 93 == 12`; automatic status (ASB) is a byte with `b & 93 == 10` and three with
`b & 90 == 0`; a lone `b & 90 == 0` is a transmitted status; XON and XOFF may stand anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_BLOCK_BYTES = 80
_BLOCK_HEADS = frozenset((0x35, 0x37, 0x3B, 0x3D, 0x5F))
_XON, _XOFF = 0x11, 0x13


@dataclass(frozen=True, slots=True)
class Ack:
    """`GS ( H` fn 48: everything before the request with this id is on paper."""

    id: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """Any other block: its head and what stood before the NUL."""

    head: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Realtime:
    """The answer to a `DLE EOT n`; which n is known only to who asked."""

    byte: int


@dataclass(frozen=True, slots=True)
class Transmit:
    """One status byte that was asked for in order: `GS r`."""

    byte: int


@dataclass(frozen=True, slots=True)
class Flow:
    """XON (`on`) or XOFF of a serial printer."""

    on: bool


@dataclass(frozen=True, slots=True)
class Noise:
    """A byte that begins nothing known."""

    byte: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a printer says it is; what it did not say is False."""

    cover_open: bool = False
    paper_out: bool = False
    paper_low: bool = False
    error: bool = False
    offline: bool = False

    @property
    def cause(self) -> str:
        """The one thing to mend first, as a stable code; empty when it can print. Low paper is no hindrance."""
        if self.cover_open:
            return "cover_open"
        if self.paper_out:
            return "paper_out"
        if self.error:
            return "printer_error"
        return "printer_offline" if self.offline else ""


@dataclass(frozen=True, slots=True)
class Asb:
    """Automatic status: four bytes a printer sends by itself when something changes."""

    health: Health


Event = Ack | Block | Realtime | Transmit | Flow | Noise | Asb


def realtime_health(n: int, byte: int) -> Health:
    """What the answer to `DLE EOT n` says (n = 1 printer, 2 cause of off line, 3 cause of error, 4 paper)."""
    match n:
        case 1:
            return Health(offline=bool(byte & 0x08))
        case 2:
            return Health(cover_open=bool(byte & 0x04), paper_out=bool(byte & 0x20), error=bool(byte & 0x40))
        case 3:
            return Health(error=bool(byte & 0x6C))
        case 4:
            return Health(paper_low=bool(byte & 0x0C), paper_out=bool(byte & 0x60))
        case _:
            raise ValueError(f"DLE EOT {n}")


def asb_health(status: bytes) -> Health:
    """What four ASB bytes say."""
    return Health(
        cover_open=bool(status[0] & 0x20),
        offline=bool(status[0] & 0x08),
        error=bool(status[1] & 0x6C),
        paper_low=bool(status[2] & 0x03),
        paper_out=bool(status[2] & 0x0C),
    )


class StatusReader:
    """Bytes in, events out; keeps the half of an answer that has come."""

    def __init__(self) -> None:
        """Start between answers."""
        self._block: bytearray | None = None
        self._asb = bytearray()

    def feed(self, data: bytes) -> list[Event]:
        """The events these bytes complete, in order."""
        events: list[Event] = []
        for byte in data:
            event = self._byte(byte)
            if event is not None:
                events.append(event)
        return events

    def reset(self) -> None:
        """Forget a half answer: the line was lost."""
        self._block = None
        self._asb.clear()

    def _byte(self, byte: int) -> Event | None:
        if byte in (_XON, _XOFF):
            return Flow(byte == _XON)
        if self._block is not None:
            return self._in_block(byte)
        if byte & 0x93 == 0x12:
            return Realtime(byte)
        if self._asb and byte & 0x90 == 0:
            return self._in_asb(byte)
        self._asb.clear()
        if byte in _BLOCK_HEADS:
            self._block = bytearray((byte,))
            return None
        if byte & 0x93 == 0x10:
            self._asb.append(byte)
            return None
        return Transmit(byte) if byte & 0x90 == 0 else Noise(byte)

    def _in_asb(self, byte: int) -> Event | None:
        self._asb.append(byte)
        if len(self._asb) < 4:
            return None
        health = asb_health(bytes(self._asb))
        self._asb.clear()
        return Asb(health)

    def _in_block(self, byte: int) -> Event | None:
        """A block holds printable bytes up to its NUL, so an answer in real time may be told from it even inside."""
        assert self._block is not None
        if byte == 0:
            head, data = self._block[0], bytes(self._block[1:])
            self._block = None
            is_ack = head == 0x37 and len(data) == 5 and data[0] == 0x22
            return Ack(data[1:]) if is_ack else Block(head, data)
        if byte < 0x20 and byte & 0x93 == 0x12:
            return Realtime(byte)
        self._block.append(byte)
        if len(self._block) > MAX_BLOCK_BYTES or byte >= 0x80:
            self._block = None
            return Noise(byte)
        return None
