"""A printer without its plug: buffer, mechanics, sensors, answers and the faults of all four. No I/O and no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.sim.paper import Paper
from drivers.sim.printer_ops import (
    ON_PAPER,
    AllowRealtime,
    AskStatus,
    FeedDots,
    Initialised,
    KickDrawer,
    Op,
    Reply,
    SetAsb,
    Unknown,
)
from drivers.sim.printer_parser import EscposParser

BUFFER_BYTES = 4096
_REALTIME = re.compile(rb"\x10(?:\x04[\x01-\x08]|\x05[\x00-\x02]|\x14\x08.{7}|\x14[\x01\x02]..)", re.DOTALL)
_LONGEST_REALTIME = 10


@dataclass(slots=True)
class Answers:
    """How a printer answers; faults are switched here."""

    speaks: bool = True
    """False for a one-way cable or a converter that answers nothing."""
    knows_gs_h: bool = True
    lose_acks: int = 0
    """How many of the next acknowledgements get lost."""


class PrinterDevice:
    """Bytes in, paper and answers out."""

    def __init__(
        self, parser: EscposParser, *, buffer_bytes: int = BUFFER_BYTES, answers: Answers | None = None
    ) -> None:
        """A printer with paper, closed and switched on."""
        self.paper = Paper()
        self.answers = answers or Answers()
        self.cover_open = False
        self.lines_left: int | None = None
        """Lines until the paper ends; None for a roll that never does."""
        self.received = 0
        self._parser = parser
        self._buffer = bytearray()
        self._room = buffer_bytes
        self._pending: list[Op] = []
        self._replies: list[Reply] = []
        self._tail = b""
        self._wants_more = False
        self._asb = 0
        self._realtime = {1: True, 2: True}

    @property
    def room(self) -> int:
        """Bytes it can still take. A command larger than the buffer is streamed through it, as printers do with pictures."""
        if self._wants_more:
            return self._room
        return max(self._room - len(self._buffer), 0)

    @property
    def paper_out(self) -> bool:
        """The roll is at its end."""
        return self.lines_left is not None and self.lines_left <= 0

    @property
    def can_print(self) -> bool:
        """Cover closed and paper in."""
        return not (self.cover_open or self.paper_out)

    @property
    def holds(self) -> bool:
        """Bytes or operations it has and has not worked off."""
        return bool(self._buffer or self._pending)

    def receive(self, data: bytes) -> None:
        """Take bytes; what is meant for real time is obeyed now, wherever it stands."""
        self.received += len(data)
        self._wants_more = False
        before = len(self._tail)
        seen = self._tail + data
        at = 0
        for found in _REALTIME.finditer(seen):
            end = found.end() - before
            if end > 0:
                self._buffer += data[at:end]
                at = end
                self._obey(found[0])
        self._buffer += data[at:]
        self._tail = seen[-(_LONGEST_REALTIME - 1) :]

    def work(self, budget_bytes: int) -> int:
        """Work off about that many bytes; returns how many. Stops where paper is needed and there is none."""
        before = len(self._buffer)
        while before - len(self._buffer) < budget_bytes:
            while self._pending:
                if not self._do(self._pending[0]):
                    return before - len(self._buffer)
                self._pending.pop(0)
            ops = self._parser.take(self._buffer)
            if ops is None:
                self._wants_more = bool(self._buffer)
                break
            self._pending = ops
        return before - len(self._buffer)

    def take_replies(self) -> list[Reply]:
        """Answers ready to go, in order."""
        replies, self._replies = self._replies, []
        return replies

    def set_paper(self, lines: int | None) -> None:
        """Put in a roll of so many lines (None: endless, 0: none)."""
        self.lines_left = lines
        self._report()

    def set_cover(self, *, is_open: bool) -> None:
        """Open or close the cover."""
        self.cover_open = is_open
        self._report()

    def power_cycle(self) -> None:
        """Off and on: what was received and not printed is lost; the paper stays where it is."""
        self.clear()
        self._asb = 0
        self._replies.clear()
        self.connection_lost()

    def clear(self) -> None:
        """Drop what was received and not printed."""
        self._buffer.clear()
        self._wants_more = False
        self._pending.clear()
        self._parser.reset()
        self._realtime = {1: True, 2: True}

    def connection_lost(self) -> None:
        """A new line begins: half a real-time command is forgotten, the buffer is not."""
        self._tail = b""
        self._replies.clear()

    def status_bytes(self, n: int) -> bytes:
        """The answer to `DLE EOT n`."""
        offline = not self.can_print
        bits = {
            1: 0x08 if offline else 0,
            2: (0x04 if self.cover_open else 0) | (0x20 if self.paper_out else 0),
            3: 0,
            4: 0x6C if self.paper_out else 0,
        }
        return bytes((0x12 | bits.get(n, 0),))

    def _obey(self, command: bytes) -> None:
        if command[1] == 0x04:
            self._answer(Reply(self.status_bytes(command[2])))
        elif command[1] == 0x05:
            if command[2] == 2:
                self.clear()
        elif command[2] == 1 and self._realtime[1]:
            self.paper.kicks += 1
        elif command[2:] == b"\x08\x01\x03\x14\x01\x06\x02\x08":
            self.clear()

    def _answer(self, reply: Reply) -> None:
        if not self.answers.speaks:
            return
        if reply.is_ack and self.answers.lose_acks:
            self.answers.lose_acks -= 1
            return
        self._replies.append(reply)

    def _report(self) -> None:
        """Automatic status, if it is on."""
        if self._asb:
            first = 0x10 | (0x20 if self.cover_open else 0) | (0 if self.can_print else 0x08)
            self._answer(Reply(bytes((first, 0, 0x0C if self.paper_out else 0, 0x0F))))

    def _do(self, op: Op) -> bool:
        """Carry out one operation; False when it must wait for paper."""
        if isinstance(op, ON_PAPER):
            return self._print(op)
        match op:
            case KickDrawer():
                if not self.can_print:
                    return False
                self.paper.kicks += 1
            case Reply():
                if self.answers.knows_gs_h:
                    self._answer(op)
            case AskStatus():
                self._answer(Reply(bytes((0x0C if self.paper_out else 0,)), is_ack=True))
            case _:
                self._configure(op)
        return True

    def _configure(self, op: Op) -> None:
        match op:
            case SetAsb():
                self._asb = op.mask
                self._report()
            case AllowRealtime():
                self._realtime[op.function] = op.allowed
            case Initialised():
                self._asb = 0
                self._realtime = {1: True, 2: True}
            case Unknown():
                self.paper.unknown.append(op.data)

    def _print(self, op: Op) -> bool:
        if not self.can_print:
            return False
        self.paper.put(op)
        if self.lines_left is not None and not isinstance(op, FeedDots):
            self.lines_left -= 1
            if self.lines_left == 0:
                self._report()
        return True
