"""A real SerialScanner on a simulated one, and what it told."""

from __future__ import annotations

import contextlib
import threading
import time

from drivers.scanner.recognition import Recognizer
from drivers.scanner.serial import Ears, SerialScanner
from drivers.scanner.settings import ScannerSettings
from drivers.sim.scanner import SimulatedScanner

PATIENCE_S = 20


class Heard:
    """Everything a scanner told, with waiting."""

    def __init__(self):
        self.scans, self.states, self.frames, self.faults = [], [], [], []
        self._news = threading.Condition()

    def ears(self):
        return Ears(
            self._keep(self.scans),
            self._keep(self.states),
            lambda frame, scan: self._keep(self.frames)((frame, scan)),
            lambda device, name: self._keep(self.faults)((device, name)),
        )

    def _keep(self, where):
        def keep(what):
            with self._news:
                where.append(what)
                self._news.notify_all()

        return keep

    def until(self, true):
        """Wait until `true(self)`; fails the test when it does not come."""
        deadline = time.monotonic() + PATIENCE_S
        with self._news:
            while not true(self):
                assert time.monotonic() < deadline, (self.states, self.faults, len(self.scans))
                # Some of what is waited for is told to nobody: look again now and then.
                self._news.wait(0.02)

    def wait_scans(self, count):
        self.until(lambda heard: len(heard.scans) >= count)
        return self.scans[:count]

    def wait_state(self, state, cause=None, after=0):
        def came(heard):
            return any(s.state == state and cause in (None, s.cause) for s in heard.states[after:])

        self.until(came)


@contextlib.contextmanager
def running(sim=None, recognizer=None, **more):
    """A started scanner on `sim` (its own when none is given): yields (sim, heard, scanner) once the line is open."""
    own = sim is None
    sim = sim or SimulatedScanner()
    heard = Heard()
    # A loaded machine must not make a slow sender look like a stale scan.
    more = {"idle_ms": 5000, "port": sim.path, "dedupe_ms": 0, **more}
    seams = {key: more.pop(key) for key in ("open_device", "clock") if key in more}
    scanner = SerialScanner(ScannerSettings(**more), recognizer or Recognizer(), heard.ears(), **seams)
    scanner.start()
    try:
        if not seams:
            heard.wait_state("ready")
        yield sim, heard, scanner
    finally:
        ended = scanner.stop(time.monotonic() + PATIENCE_S)
        if own:
            sim.close()
        assert ended
