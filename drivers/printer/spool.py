"""The worker of one printer: takes rows from the spool, one at a time, until each is on paper or nobody wants it.

`queued -> prepared -> sending -> sent -> printed`. SENDING is durable before the first byte and PRINTED comes only with
an acknowledgement, so whatever happens in between is known to be uncertain and is printed again, headed as a copy.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.ports import Port
from drivers.ports.faults import PortFault
from drivers.printer.attempt import Attempt, Dropped, HandedOver, Job, NotReady, Outcome, Printed, Uncertain
from drivers.printer.conversation import Conversation
from drivers.printer.document import DocumentFault
from drivers.printer.escpos import RealtimeFault
from drivers.printer.jobs import expires_ms, is_copy, prepare
from drivers.printer.sanitise import ControlByteFault
from drivers.printer.settings import PrinterSettings, profile_of
from drivers.printer.state import StateTeller
from drivers.printer.transport import chunk_bytes, open_port, stays_open
from drivers.shapes import DeviceState, JobState, PrintJob, Spool

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 2.0
LONGEST_PROBE_PAUSE_S = 10.0
MAX_UNCONFIRMED = 5
"""Copies for a printer that answers every question and never confirms: its `ack` is set wrong; more would waste paper."""
MAX_SURPRISES = 3
"""How often a job may make the driver fail before it is set aside, so that it does not hold up the others."""

_log = logging.getLogger(__name__)


def local_words(at_ms: int) -> str:
    """A moment as people at the till say it: 09:58 22.11.2026."""
    return time.strftime("%H:%M %d.%m.%Y", time.localtime(at_ms / 1000))


def _unheard(_state: DeviceState) -> None:
    return


@dataclass(slots=True)
class _Now:
    """The job in hand, as other threads may see it under the lock."""

    job: str = ""
    is_sending: bool = False
    cancelled: set[str] = field(default_factory=set)


class PrinterWorker:
    """Owns one printer's line. `start`, `wake`, `cancel` and `stop` may be called from any thread."""

    def __init__(
        self,
        settings: PrinterSettings,
        spool: Spool,
        *,
        now_ms: Callable[[], int],
        on_state: Callable[[DeviceState], None] = _unheard,
        time_words: Callable[[int], str] = local_words,
        opener: Callable[[PrinterSettings], Port] = open_port,
    ) -> None:
        """`now_ms` is the clock in UTC milliseconds; `time_words` says a moment on a copy's head.

        Raises what `profile_of` raises for settings that do not stand.
        """
        self._settings = settings
        self._profile = profile_of(settings)
        self._spool = spool
        self._now_ms = now_ms
        self._time_words = time_words
        self._opener = opener
        self._state = StateTeller(settings.name, on_state)
        self._port: Port | None = None
        self._void: dict[str, int] = {}
        """Attempts of which, in the end, not one byte got out."""
        self._waits: dict[str, str] = {}
        self._surprises: dict[str, int] = {}
        self._unconfirmed: dict[str, int] = {}
        self._pause_s = FIRST_PAUSE_S
        self._torn = False
        self._known_ready = settings.transport == "file"
        self._lock = threading.Lock()
        self._now = _Now()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"printer:{settings.name}", daemon=True)

    def start(self) -> None:
        """Begin working in a thread of its own."""
        self._thread.start()

    def wake(self) -> None:
        """There may be a new job: called after the transaction that wrote it."""
        self._wake.set()

    def cancel(self, job: str) -> bool:
        """Take a job back; False when it is being sent now (or was finished), so that it may be on paper."""
        with self._lock:
            if self._now.job == job and self._now.is_sending:
                return False
            self._now.cancelled.add(job)
            self._spool.mark(job, "cancelled", now_ms=self._now_ms(), cause="by_hand")
        self._wake.set()
        return True

    def stop(self, deadline: float) -> bool:
        """End by then (monotonic seconds); False when the thread hangs in a device and was left behind."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(max(deadline - time.monotonic(), 0))
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                pause = self.step()
            except Exception as fault:  # noqa: BLE001 - the device supervisor: log, count, go on
                pause = self._surprised(fault)
            if pause != 0.0:
                self._wake.wait(pause)
        self._close()

    def step(self) -> float | None:
        """Do one thing. How long to rest then: 0 for not at all, None until woken."""
        row = self._spool.next(self._settings.name, self._now_ms())
        if row is None:
            return None if self._known_ready else self._probe()
        with self._lock:
            self._now.job, self._now.is_sending = row.id, False
            self._now.cancelled &= {row.id}
            is_cancelled = row.id in self._now.cancelled
        if is_cancelled:
            self._spool.mark(row.id, "cancelled", now_ms=self._now_ms(), cause="by_hand")
            return 0.0
        return self._serve(row)

    def _serve(self, row: PrintJob) -> float:
        expiry = expires_ms(row)
        if expiry is not None and self._now_ms() >= expiry:
            return self._finish(row, "expired", row.cause)
        void = self._void.get(row.id, 0)
        if row.kind == "drawer" and row.attempts > void:
            return self._finish(row, "expired", "uncertain")  # never twice: it may have opened
        try:
            job = self._prepare(row, void)
        except (DocumentFault, ControlByteFault, RealtimeFault) as fault:
            _log.error("print job %s cannot be printed: %s", row.id, fault)
            return self._finish(row, "cancelled", "unprintable")
        return self._settle(row, self._attempt(row, job))

    def _prepare(self, row: PrintJob, void: int) -> Job:
        """Encode the row and say how it stands: fresh, or uncertain since a crash."""
        first = row.first_attempt_ms if row.first_attempt_ms is not None else row.created_ms
        job = prepare(
            row,
            self._profile,
            first_printed=self._time_words(first) if is_copy(row, void) else None,
            is_torn=self._torn or row.attempts > void,
            chunk_bytes=chunk_bytes(self._settings),
        )
        if row.state in ("sending", "sent", "paused"):
            self._mark(row, "uncertain", "crash")
        elif row.state == "queued":
            self._mark(row, "prepared", "")
        return job

    def _attempt(self, row: PrintJob, job: Job) -> Outcome:
        try:
            talk = Conversation(self._line())
        except PortFault as fault:
            return NotReady(fault.code)
        outcome = Attempt(talk, self._profile, self._settings, _Watch(self, row)).run(job)
        with self._lock:
            self._now.is_sending = False
        if not isinstance(outcome, Printed) or not stays_open(self._settings):
            self._close()
        if isinstance(outcome, Printed | HandedOver):
            self._torn, self._known_ready = False, True
            self._state.ready(paper_low=talk.health.paper_low)
        return outcome

    def _settle(self, row: PrintJob, outcome: Outcome) -> float:
        """Write what became of an attempt and say how long to rest."""
        match outcome:
            case Printed():
                return self._finish(row, "printed", "")
            case HandedOver():
                return self._finish(row, "handed_over", "")
            case NotReady(cause):
                self._trouble(cause)
                if self._waits.get(row.id) != cause:
                    self._mark(row, "waiting", cause)
                    self._waits[row.id] = cause
                return self._rest()
            case Uncertain(cause, sent):
                return self._doubt(row, cause, sent=sent)
            case Dropped():
                return 0.0

    def _doubt(self, row: PrintJob, cause: str, *, sent: bool) -> float:
        """Something went out and nobody said what became of it: again, as a copy, but not without end."""
        self._trouble(cause)
        if not sent:
            self._void[row.id] = self._void.get(row.id, 0) + 1
            self._mark(row, "queued", cause)
            return self._rest()
        self._torn = True
        self._unconfirmed[row.id] = self._unconfirmed.get(row.id, 0) + (cause == "no_ack")
        if self._unconfirmed[row.id] >= MAX_UNCONFIRMED:
            return self._finish(row, "handed_over", "no_ack")
        self._mark(row, "uncertain", cause)
        return self._rest()

    def _trouble(self, cause: str) -> None:
        if not self._stopping.is_set():
            self._known_ready = self._settings.transport == "file"
            self._state.waiting(cause)

    def _finish(self, row: PrintJob, state: JobState, cause: str) -> float:
        self._mark(row, state, cause)
        self._state.printed += state == "printed"
        self._state.copies += state == "printed" and is_copy(row, self._void.get(row.id, 0))
        for kept in (self._void, self._waits, self._surprises, self._unconfirmed):
            kept.pop(row.id, None)
        self._pause_s = FIRST_PAUSE_S
        return 0.0

    def _mark(self, row: PrintJob, state: JobState, cause: str, *, attempt: bool = False) -> None:
        self._spool.mark(row.id, state, now_ms=self._now_ms(), cause=cause, attempt=attempt)

    def _rest(self, longest_s: float = LONGEST_PAUSE_S) -> float:
        pause, self._pause_s = self._pause_s, min(self._pause_s * 2, longest_s)
        return min(pause, longest_s)

    def _line(self) -> Port:
        if self._port is None:
            self._port = self._opener(self._settings)
        return self._port

    def _close(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            port.close()

    def _probe(self) -> float | None:
        """Nothing to print: find out once how the printer is, and again until it is ready."""
        try:
            talk = Conversation(self._line())
            answered = self._profile.ack == "none" or talk.ask(2, self._settings.silence_s)
            cause = talk.health.cause if answered else "silent"
        except PortFault as fault:
            cause = fault.code
        if cause or not stays_open(self._settings):
            self._close()
        if cause:
            self._state.waiting(cause)
            return self._rest(LONGEST_PROBE_PAUSE_S)
        self._known_ready = True
        self._pause_s = FIRST_PAUSE_S
        self._state.ready()
        return None

    def _surprised(self, fault: Exception) -> float:
        """A fault nobody foresaw: say so, and do not let one job hold up the others."""
        _log.error("printer %s failed", self._settings.name, exc_info=fault)
        self._state.degraded("driver_fault")
        try:
            self._close()
        except (PortFault, OSError) as closing:
            _log.warning("printer %s did not close: %s", self._settings.name, closing)
        job = self._now.job
        self._surprises[job] = self._surprises.get(job, 0) + 1
        if job and self._surprises[job] >= MAX_SURPRISES:
            self._surprises.pop(job)
            self._spool.mark(job, "cancelled", now_ms=self._now_ms(), cause="unprintable")
        return self._rest()


class _Watch:
    """What an attempt tells, written to the row."""

    def __init__(self, worker: PrinterWorker, row: PrintJob) -> None:
        self._worker = worker
        self._row = row
        self._is_sent = False

    def sending(self) -> bool:
        worker = self._worker
        with worker._lock:  # noqa: SLF001 - the worker's own other half
            if self._row.id in worker._now.cancelled or worker._stopping.is_set():  # noqa: SLF001
                return False
            worker._now.is_sending = True  # noqa: SLF001
        worker._mark(self._row, "sending", "", attempt=True)  # noqa: SLF001
        return True

    def sent(self) -> None:
        self._is_sent = True
        self._worker._mark(self._row, "sent", "")  # noqa: SLF001

    def resumed(self) -> None:
        self._worker._mark(self._row, "sent" if self._is_sent else "sending", "")  # noqa: SLF001

    def paused(self, cause: str) -> None:
        self._worker._mark(self._row, "paused", cause)  # noqa: SLF001
        self._worker._state.waiting(cause)  # noqa: SLF001

    def stopping(self) -> bool:
        return self._worker._stopping.is_set()  # noqa: SLF001
