"""Framing: bytes as they arrive -> whole frames. A codec: it holds one line's unfinished bytes and touches no port.

The separator of GS1 element strings (GS), RS and EOT are data in every framing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

Terminator = Literal["CR", "LF", "CRLF", "TAB", "STX/ETX", "none"]

_ENDS: dict[str, bytes] = {"CR": b"\r", "LF": b"\n", "CRLF": b"\r\n", "TAB": b"\t", "STX/ETX": b"\x03", "none": b""}
_ALIASES = {"NONE+TIMEOUT": "none", "NONE": "none", "STXETX": "STX/ETX", "STX-ETX": "STX/ETX"}
_STX = b"\x02"

MAX_LEN = 4096
"""Bytes of one frame, unless configured: the largest QR code holds 2953."""
IDLE_MS = 200
"""Silence after which an unfinished frame is stale: Bluetooth pauses for tens of milliseconds, a person for more."""


def terminator_named(name: str) -> Terminator:
    """The framing of that name in any case, `none+timeout` included; ValueError names the allowed ones."""
    word = name.strip().upper()
    word = _ALIASES.get(word, word)
    if word not in _ENDS:
        raise ValueError(f"unknown framing, allowed: {', '.join(get_args(Terminator))}")
    return word  # type: ignore[return-value]  # checked against the keys just above


@dataclass(frozen=True, slots=True)
class Framing:
    """How a scanner marks the end of a scan: terminator, a prefix it may be set to send, and limits."""

    terminator: Terminator = "CR"
    idle_ms: int = IDLE_MS
    prefix: bytes = b""
    max_len: int = MAX_LEN


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """One whole frame. `data` is without prefix and terminator, `raw` with both, byte for byte.

    Its repr shows no bytes: a frame may be a bank card until the guard has looked at it.
    """

    data: bytes
    raw: bytes
    at_ms: int

    def __repr__(self) -> str:
        return f"Frame({len(self.data)} bytes, at_ms={self.at_ms})"


@dataclass(slots=True)
class Dropped:
    """What never became a frame, counted: half scans gone stale, overlong ones, bytes that belong to no frame."""

    stale: int = 0
    overlong: int = 0
    noise: int = 0

    def total(self) -> int:
        """All that was dropped, of whatever cause."""
        return self.stale + self.overlong + self.noise


@dataclass(slots=True, repr=False)
class Framer:
    """One line's framing. `feed` takes any pieces; `tick` tells it that time went by in silence."""

    framing: Framing = field(default_factory=Framing)
    dropped: Dropped = field(default_factory=Dropped)
    _buffer: bytearray = field(default_factory=bytearray)
    _last_ms: int = 0
    _overlong: bool = False

    def __repr__(self) -> str:
        return f"Framer({self.framing.terminator}, pending={len(self._buffer)}, dropped={self.dropped})"

    def due_ms(self) -> int | None:
        """When `tick` has something to do; None while no unfinished frame is held."""
        if self._buffer or self._overlong:
            return self._last_ms + self.framing.idle_ms
        return None

    def feed(self, data: bytes, now_ms: int) -> list[Frame]:
        """The frames these bytes complete; what is left waits for the next feed. `now_ms` is monotonic."""
        frames = self.tick(now_ms)
        if not data:
            return frames
        self._last_ms = now_ms
        self._buffer += data
        if self.framing.terminator != "none":
            self._cut(frames, now_ms)
        self._limit()
        return frames

    def tick(self, now_ms: int) -> list[Frame]:
        """Judge an unfinished frame by the silence since its last byte: stale, or (framing `none`) complete."""
        due = self.due_ms()
        if due is None or now_ms < due:
            return []
        return self.flush(now_ms) if self.framing.terminator == "none" else self._drop()

    def flush(self, now_ms: int) -> list[Frame]:
        """Take what is held as a whole frame, whatever the framing: for a capture that lacks its terminator."""
        raw, overlong = bytes(self._buffer), self._overlong
        self._buffer.clear()
        self._overlong = False
        frame = self._frame(raw, b"", now_ms) if raw and not overlong else None
        return [frame] if frame else []

    def reset(self) -> None:
        """The line was lost: a half scan is dropped and counted, the next byte starts a new frame."""
        if self.due_ms() is not None:
            self._drop()

    def _drop(self) -> list[Frame]:
        # An overlong frame was counted when it was cut off.
        self.dropped.stale += not self._overlong
        self._overlong = False
        self._buffer.clear()
        return []

    def _cut(self, frames: list[Frame], now_ms: int) -> None:
        """Cut the buffer at every terminator in it; what follows the last one stays."""
        end = _ENDS[self.framing.terminator]
        *whole, rest = bytes(self._buffer).split(end)
        for head in whole:
            head = self._start(head)
            if self._overlong:
                self._overlong = False
            elif head and (frame := self._frame(head, end, now_ms)):
                frames.append(frame)
        self._buffer[:] = self._start(rest)

    def _start(self, head: bytes) -> bytes:
        """Where a frame begins in what has arrived of it."""
        if self.framing.terminator == "CR":
            # Many scanners send CR LF where CR is configured: that LF is neither data nor a half scan.
            return head.lstrip(b"\n")
        if self.framing.terminator != "STX/ETX":
            return head
        noise, start, rest = head.rpartition(_STX)
        if start:
            self._overlong = False
            self.dropped.noise += bool(noise.strip(b"\r\n"))
            return start + rest
        self.dropped.noise += bool(rest.strip(b"\r\n")) and not self._overlong
        return b""

    def _limit(self) -> None:
        """Cut off what grows past the limit, keeping the byte a terminator may have begun with."""
        if not self._overlong and len(self._buffer) <= self.framing.max_len + len(self.framing.prefix) + 1:
            return
        self.dropped.overlong += not self._overlong
        self._overlong = True
        begun = self.framing.terminator == "CRLF" and self._buffer.endswith(b"\r")
        self._buffer[:] = b"\r" if begun else b""

    def _frame(self, head: bytes, end: bytes, now_ms: int) -> Frame | None:
        """One frame from what stood before a terminator; None for an empty line or what is counted as dropped."""
        data = head
        if self.framing.terminator == "LF":
            data = data.removesuffix(b"\r")
        elif self.framing.terminator == "STX/ETX":
            data = data.removeprefix(_STX)
        if data and not data.startswith(self.framing.prefix):
            self.dropped.noise += 1
            return None
        data = data[len(self.framing.prefix) :]
        if len(data) > self.framing.max_len:
            self.dropped.overlong += 1
            return None
        return Frame(data, head + end, now_ms) if data else None
