"""One attempt to get one job on paper over one open line. A successful write proves nothing; only an answer does."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from drivers.ports.faults import Gone
from drivers.printer.conversation import SLICE_S, Conversation
from drivers.printer.escpos import CLEAR_BUFFER, ask_ack, recovery
from drivers.printer.profiles import Profile
from drivers.printer.settings import PrinterSettings

ASK_EVERY_S = 1.0
QUIET_S = 0.2
PAPER_SENSOR_S = 0.25


@dataclass(frozen=True, slots=True)
class Printed:
    """The printer confirmed it."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Every byte was taken by something that never confirms."""


@dataclass(frozen=True, slots=True)
class NotReady:
    """Nothing was sent; `cause` says what keeps the printer."""

    cause: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Something was sent and nobody said what became of it; `sent` is False when not one byte got out after all."""

    cause: str
    sent: bool = True


@dataclass(frozen=True, slots=True)
class Dropped:
    """The job was cancelled, or the worker is stopping, before the first byte."""


Outcome = Printed | HandedOver | NotReady | Uncertain | Dropped


class Watch(Protocol):
    """What an attempt tells as it goes; each call is durable when it returns."""

    def sending(self) -> bool:
        """About to send the first byte; False calls it off."""
        ...

    def sent(self) -> None:
        """The last byte is out."""
        ...

    def paused(self, cause: str) -> None:
        """The printer holds what it got and cannot print it now."""
        ...

    def resumed(self) -> None:
        """That trouble has passed."""
        ...

    def stopping(self) -> bool:
        """Whether the worker is to end."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt's bytes. `ack_id` is unique an attempt; `before` are those of earlier ones."""

    data: bytes
    ack_id: bytes
    before: frozenset[bytes] = frozenset()
    doubtful: bool = False
    """The printer may still hold a torn job: end it before anything is printed."""
    chunk_bytes: int = 1 << 20


class _Stop(Exception):
    """The worker is to end."""


class _GaveUp(Exception):
    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Attempt:
    """The steps of one attempt; `run` takes them in order."""

    def __init__(self, talk: Conversation, profile: Profile, settings: PrinterSettings, watch: Watch) -> None:
        """The line, the printer, its deadlines, and who is told."""
        self._talk = talk
        self._profile = profile
        self._settings = settings
        self._watch = watch
        self._trouble = ""
        self._eased_at = 0.0
        self._asked_at = 0.0
        self._out = 0

    def run(self, job: Job) -> Outcome:
        """Hello, send, wait. Never raises a port's fault: a lost line is an outcome."""
        try:
            cause = "" if self._profile.ack == "none" else self._hello(job)
        except Gone as gone:
            return NotReady(gone.code)
        if job.before & self._talk.acks:
            return Printed()
        if cause:
            return NotReady(cause)
        if not self._watch.sending():
            return Dropped()
        return self._deliver(job)

    def _hello(self, job: Job) -> str:
        """The cause that keeps the printer, empty when it can print. A doubtful one is cleaned first."""
        if not self._talk.ask(2, self._settings.silence_s):
            return "silent"
        if not self._talk.health.cause:
            self._talk.ask(4, min(PAPER_SENSOR_S, self._settings.silence_s))
        if self._talk.health.cause or not job.doubtful or self._profile.ack != "gs_r":
            return self._talk.health.cause
        return self._barrier()

    def _barrier(self) -> str:
        """Late answers of a torn job carry no name: let them all come before ours is asked for."""
        nuls = recovery(self._profile).split(b"\x1b", 1)[0]
        self._talk.transmits = 0
        deadline = time.monotonic() + self._settings.ack_wait_s
        self._talk.port.write(nuls + ask_ack("gs_r", b""), deadline)
        while not self._talk.transmits and time.monotonic() < deadline and not self._watch.stopping():
            self._talk.listen(min(time.monotonic() + SLICE_S, deadline))
        if not self._talk.transmits:
            return "no_ack"
        self._talk.drain(QUIET_S)
        self._talk.transmits = 0
        return self._talk.health.cause

    def _deliver(self, job: Job) -> Outcome:
        data = recovery(self._profile) + job.data if job.doubtful else job.data
        try:
            self._send(data, job.chunk_bytes)
            self._watch.sent()
            if self._trouble:
                self._watch.paused(self._trouble)
            if self._profile.ack == "none":
                return HandedOver()
            self._await_ack(job.ack_id)
            return Printed()
        except Gone as gone:
            return Uncertain(gone.code, sent=self._out + gone.written > 0)
        except _GaveUp as fault:
            return Uncertain(fault.cause, sent=self._out > 0)
        except _Stop:
            return Uncertain("stopped", sent=self._out > 0)

    def _send(self, data: bytes, chunk_bytes: int) -> None:
        """Write all of it; a printer in trouble may take its time, one that says nothing may not."""
        self._talk.transmits = 0
        self._eased_at = time.monotonic()
        while self._out < len(data):
            deadline = time.monotonic() + SLICE_S
            chunk = b"" if self._talk.held else data[self._out : self._out + chunk_bytes]
            taken = self._talk.port.write(chunk, deadline) if chunk else 0
            self._out += taken
            if taken:
                self._eased_at = time.monotonic()
            self._talk.listen(time.monotonic() if taken else deadline)
            self._check("stalled", self._settings.stall_s)

    def _await_ack(self, ack_id: bytes) -> None:
        """Listen until the acknowledgement; ask how it is each second, for not every printer tells by itself."""
        self._eased_at = self._asked_at = time.monotonic()
        while not self._confirmed(ack_id):
            self._talk.listen(time.monotonic() + SLICE_S)
            if not self._confirmed(ack_id):
                self._ask()
                self._check("no_ack", self._settings.ack_wait_s)

    def _confirmed(self, ack_id: bytes) -> bool:
        if self._profile.ack == "gs_h":
            return ack_id in self._talk.acks
        return self._talk.transmits > 0

    def _ask(self) -> None:
        if time.monotonic() - max(self._asked_at, self._talk.heard_at) < ASK_EVERY_S:
            return
        self._asked_at = time.monotonic()
        self._talk.ask(2, min(SLICE_S, self._settings.silence_s))

    def _check(self, cause: str, patience_s: float) -> None:
        """Note trouble and its end; give up when patience is: `patience_s` without trouble, `paper_wait_s` with."""
        if self._watch.stopping():
            raise _Stop
        now = time.monotonic()
        trouble = self._talk.health.cause
        if trouble != self._trouble:
            self._trouble, self._eased_at = trouble, now
            self._tell(trouble)
        if now - self._eased_at > (self._settings.paper_wait_s if trouble else patience_s):
            raise _GaveUp(trouble or cause)

    def _tell(self, trouble: str) -> None:
        if not trouble:
            self._watch.resumed()
            return
        self._watch.paused(trouble)
        if self._settings.copies_policy == "reprint":
            self._talk.port.write(CLEAR_BUFFER, time.monotonic() + SLICE_S)
            raise _GaveUp(trouble)
