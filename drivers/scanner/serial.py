"""The serial scanner: one thread owns the line, frames what comes, recognises it and hands it on.

A scanner may be absent, come and go; the thread reports each change of state once and tries again. While the line is
quiet it sleeps in the system without a timeout.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.ports import Port
from drivers.ports.faults import Busy, Denied, Gone, PortFault
from drivers.ports.serial import Line, SerialPort
from drivers.scanner.dedupe import Dedupe
from drivers.scanner.framing import Frame, Framer
from drivers.scanner.recognition import Recognizer, Source
from drivers.scanner.settings import ScannerSettings
from drivers.shapes import DeviceState, Scan

BACKOFF_S = (0.25, 0.5, 1.0, 2.0)
ABSENT_POLL_S = 0.5


class ScannerPort(Port, Protocol):
    """A port whose reading can be ended from another thread."""

    def wake(self) -> None:
        """Make a waiting read return b"" now."""
        ...


def open_serial(settings: ScannerSettings) -> ScannerPort:
    """The real line of a configured scanner; the seam that tests replace."""
    line = Line(settings.baud, settings.bits, settings.parity, settings.stop, settings.flow)
    return SerialPort(settings.port, line)


def _ignore(_what: object, _more: object = None) -> None:
    """Nobody asked."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told what. All are called on the scanner's thread and must not wait."""

    on_scan: Callable[[Scan], None]
    on_state: Callable[[DeviceState], None] = _ignore
    on_frame: Callable[[Frame, Scan], None] = _ignore
    """Every recognised frame with its bytes, repeats too; never a payment card's."""
    on_fault: Callable[[str, str], None] = _ignore
    """Device and the name of what went wrong inside; never bytes."""


class SerialScanner:
    """A scanner on a serial line. `start` returns at once; `stop` waits for the thread until its deadline."""

    def __init__(
        self,
        settings: ScannerSettings,
        recognizer: Recognizer,
        ears: Ears,
        *,
        clock: Callable[[], float] = time.monotonic,
        open_device: Callable[[ScannerSettings], ScannerPort] = open_serial,
    ) -> None:
        """`clock` gives monotonic seconds, the same that the port's deadlines are in."""
        self.settings = settings
        self._recognizer = recognizer
        self._ears = ears
        self._clock = clock
        self._open_device = open_device
        self._source = Source.of(settings)
        self._framer = Framer(settings.line_framing())
        self._dedupe = Dedupe(settings.dedupe_ms)
        self._stop = threading.Event()
        self._port: ScannerPort | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._told: DeviceState | None = None
        self._counts = {"scans": 0, "payments": 0, "opens": 0, "faults": 0}

    def start(self) -> None:
        """Begin to look for the device."""
        assert self._thread is None, "a scanner is started once"
        self._thread = threading.Thread(target=self._supervise, name=f"scanner {self.settings.name}", daemon=True)
        self._thread.start()

    def stop(self, deadline: float) -> bool:
        """End the thread; whether it had ended by the deadline (monotonic seconds)."""
        self._stop.set()
        with self._lock:
            if self._port is not None:
                self._port.wake()
        thread = self._thread
        if thread is not None:
            thread.join(max(0.0, deadline - self._clock()))
        return thread is None or not thread.is_alive()

    def numbers(self) -> dict[str, str | int]:
        """What was counted since the start, for status and metrics."""
        dropped = self._framer.dropped
        return {
            **self._counts,
            "repeats": self._dedupe.repeats,
            "dropped_stale": dropped.stale,
            "dropped_overlong": dropped.overlong,
            "dropped_noise": dropped.noise,
        }

    def _supervise(self) -> None:
        """Keep the device's life going whatever happens in it, with growing pauses."""
        failures = 0
        while not self._stop.is_set():
            opens = self._counts["opens"]
            try:
                self._live()
            except PortFault as fault:
                self._report(fault)
            except Exception as error:  # noqa: BLE001 - the device supervisor: a fault inside must not end the scanner
                self._counts["faults"] += 1
                # The name only: an exception's own text may hold what was scanned.
                self._ears.on_fault(self.settings.name, type(error).__name__)
                self._say("degraded", "fault")
            failures = 0 if self._counts["opens"] > opens else failures + 1
            self._pause(failures)

    def _live(self) -> None:
        """One life of the device: open, read until it is gone or we stop."""
        port = self._open_device(self.settings)
        with self._lock:
            self._port = port
        try:
            self._counts["opens"] += 1
            self._say("ready", "")
            while not self._stop.is_set():
                self._turn(port)
        finally:
            with self._lock:
                self._port = None
            port.close()
            self._framer.reset()

    def _turn(self, port: ScannerPort) -> None:
        """One wake-up: bytes came, or an unfinished frame has waited long enough."""
        due_ms = self._framer.due_ms()
        data = port.read(math.inf if due_ms is None else due_ms / 1000)
        now_ms = int(self._clock() * 1000)
        before = (self._framer.dropped.total(), self._dedupe.repeats)
        for frame in self._framer.feed(data, now_ms) if data else self._framer.tick(now_ms):
            self._take(frame)
        if before != (self._framer.dropped.total(), self._dedupe.repeats):
            self._say("ready", "")

    def _take(self, frame: Frame) -> None:
        scan = self._recognizer.recognise(frame.data, self._source, frame.at_ms)
        self._counts["scans"] += 1
        if scan.kind == "payment":
            self._counts["payments"] += 1
        else:
            self._ears.on_frame(frame, scan)
        if self._dedupe.admit(scan):
            self._ears.on_scan(scan)

    def _report(self, fault: PortFault) -> None:
        if isinstance(fault, Busy):
            self._say("degraded", "busy", holder=fault.holder)
        elif isinstance(fault, Denied):
            self._say("degraded", "denied")
        elif isinstance(fault, Gone):
            self._say("absent", "gone")
        else:
            self._say("degraded", fault.code, detail=fault.detail)

    def _say(self, state: str, cause: str, **more: str) -> None:
        """Tell a state once; the same again only when its numbers of lost or repeated scans have moved."""
        numbers: dict[str, str | int] = {"port": self.settings.port, **more, **self.numbers()}
        told = DeviceState(self.settings.name, "scanner", state, cause, numbers)  # type: ignore[arg-type]  # our own words
        if state != "ready" and self._told and (self._told.state, self._told.cause) == (state, cause):
            return
        self._told = told
        self._ears.on_state(told)

    def _pause(self, failures: int) -> None:
        """Wait before the next attempt: for the device's path to appear, or for the back-off."""
        if not os.path.exists(self.settings.port):
            while not self._stop.wait(ABSENT_POLL_S) and not os.path.exists(self.settings.port):
                pass
            # The system makes the node before it sets its group.
            failures = 0
        self._stop.wait(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
