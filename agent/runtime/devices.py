"""Scanners and printers of a till, each on its thread: made, started, stopped, and their words passed on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from agent.runtime.state import Board
from agent.runtime.wiring import Parts
from agent.store.spool import StoreSpool
from agent.till.scanned import scanned
from drivers.printer.settings import PrinterSettings
from drivers.printer.spool import PrinterWorker
from drivers.scanner.serial import Ears, SerialScanner
from drivers.shapes import FINISHED, DeviceState, JobState, Scan

_log = logging.getLogger("kopilka.devices")


class Devices:
    """All devices of the configuration."""

    def __init__(self, parts: Parts, publish: Callable[[str, object], object]) -> None:
        self._parts = parts
        self._publish = publish
        ears = Ears(on_scan=self._on_scan, on_state=self._on_state, on_fault=_on_fault)
        for warning in parts.recogniser.warnings:
            _log.warning("rule", extra={"warning": str(warning)})
        self.scanners = [SerialScanner(row, parts.recogniser, ears) for row in parts.settings.scanner]
        self.printers = {row.name: self._worker(row) for row in parts.settings.printer}

    def _worker(self, settings: PrinterSettings) -> PrinterWorker:
        spool = StoreSpool(self._parts.store, self._parts.writer, told=self._on_paper)
        return PrinterWorker(settings, spool, on_state=self._on_state, now_ms=self._parts.clock.now_ms)

    def start(self) -> None:
        """Begin to look for every device; none is waited for."""
        for scanner in self.scanners:
            scanner.start()
        for printer in self.printers.values():
            printer.start()

    def print_soon(self, printer: str) -> None:
        """Wake a printer's worker."""
        worker = self.printers.get(printer)
        if worker is not None:
            worker.wake()

    def stop(self, seconds: float) -> int:
        """End all threads; returns how many did not end in time."""
        deadline = time.monotonic() + seconds
        ended = [scanner.stop(deadline) for scanner in self.scanners]
        ended += [printer.stop(deadline) for printer in self.printers.values()]
        return ended.count(False)

    def _on_scan(self, scan: Scan) -> None:
        # The scanner's thread must not wait for the writer.
        self._parts.writer.submit(scanned, self._parts.desk, scan).add_done_callback(_looked_at)

    def _on_paper(self, receipt: str, state: JobState, cause: str) -> None:
        if state in FINISHED or cause:
            self._publish("receipt", {"receipt": receipt, "print": state, "cause": cause})

    def _on_state(self, state: DeviceState) -> None:
        if tell(self._parts.board, state):
            shown = {"device": state.device, "state": state.state, "cause": state.cause, "numbers": state.numbers}
            self._publish(state.kind, shown)


def _looked_at(done: Future[Any]) -> None:
    """Nobody waits for a scan's answer, so what went wrong with it is told here."""
    fault = done.exception()
    if fault is not None:
        _log.error("scan-failed", exc_info=fault)


def _on_fault(device: str, what: str) -> None:
    _log.error("device-fault", extra={"device": device, "fault": what})


def tell(board: Board, state: DeviceState) -> bool:
    """Keep a device's word; False when it says nothing new."""
    return board.put(state)
