"""Talking with one printer over one open line: what it said last, asking it how it is."""

from __future__ import annotations

import time

from drivers.ports import Port
from drivers.printer.escpos import ask_status
from drivers.printer.status import Ack, Asb, Flow, Health, Realtime, StatusReader, Transmit, realtime_health

SLICE_S = 0.1
"""The longest a wait goes without looking whether the worker is to stop."""


class Conversation:
    """One line's memory; every method is called by the thread that owns the port."""

    def __init__(self, port: Port) -> None:
        """Begin with nothing heard."""
        self.port = port
        self.health = Health()
        self.heard_at = 0.0
        """Monotonic seconds of the last byte that came; 0 when none did."""
        self.acks: set[bytes] = set()
        self.transmits = 0
        self.held = False
        """XOFF: the printer asked us to stop."""
        self._reader = StatusReader()
        self._asked: int | None = None

    def listen(self, until: float) -> bool:
        """Take in what comes until then; True as soon as something did. Raises Gone."""
        data = self.port.read(until)
        if not data:
            return False
        self.heard_at = time.monotonic()
        for event in self._reader.feed(data):
            self._note(event)
        return True

    def ask(self, n: int, wait_s: float) -> bool:
        """`DLE EOT n`; True when the answer came within `wait_s`. Raises Gone."""
        self._asked = n
        deadline = time.monotonic() + wait_s
        self.port.write(ask_status(n), deadline)
        while self._is_waiting() and (now := time.monotonic()) < deadline:
            self.listen(min(now + SLICE_S, deadline))
        answered = not self._is_waiting()
        self._asked = None
        return answered

    def _is_waiting(self) -> bool:
        return self._asked is not None

    def drain(self, quiet_s: float) -> None:
        """Listen until nothing has come for `quiet_s`, ten times that at most."""
        deadline = time.monotonic() + quiet_s * 10
        while time.monotonic() < deadline and self.listen(time.monotonic() + quiet_s):
            pass

    def _note(self, event: object) -> None:
        match event:
            case Ack(id):
                self.acks.add(id)
            case Transmit():
                self.transmits += 1
            case Asb(health):
                self.health = health
            case Realtime(byte) if self._asked is not None:
                low = self.health.paper_low
                said = realtime_health(self._asked, byte)
                self.health = said if self._asked == 4 else _with_low(said, low)
                self._asked = None
            case Flow(on):
                self.held = not on


def _with_low(health: Health, low: bool) -> Health:
    """Only `DLE EOT 4` and ASB tell of a roll near its end: other answers do not take it back."""
    return Health(health.cover_open, health.paper_out, low, health.error, health.offline)
