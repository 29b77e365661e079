"""A simulated printer and a worker on it, for tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.printer.document import encode_document
from drivers.printer.settings import PrinterSettings
from drivers.shapes import Cut, Document, PrintJob, Text
from drivers.sim.printer import SimulatedPrinter
from drivers.sim.printer_device import Answers, PrinterDevice
from drivers.sim.printer_faults import Fault
from drivers.sim.printer_parser import EscposParser

HASTY = {"connect_s": 0.5, "silence_s": 0.08, "ack_wait_s": 0.15, "stall_s": 0.15, "paper_wait_s": 1.0}
START_MS = 1_763_794_680_000


class Clock:
    """UTC milliseconds that pass as fast as the test's time does, from a fixed start."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.skipped_ms = 0

    def __call__(self) -> int:
        return START_MS + self.skipped_ms + int((time.monotonic() - self._began) * 1000)


def receipt(n: int, words: str = "") -> Document:
    """A receipt that says its number at its top and its bottom."""
    return Document(
        (
            Text(f"BEGIN {n:05d}"),
            Text(words or "Спасибо за покупку"),
            *(Text(f"строка {line}") for line in range(n % 7)),
            Text(f"END {n:05d}"),
            Cut(),
        )
    )


def print_job(n: int, document: Document | bytes | None = None, **rest: object) -> PrintJob:
    values: dict[str, object] = {
        "id": f"j{n:05d}",
        "printer": "p",
        "document": document if isinstance(document, bytes) else encode_document(document or receipt(n)),
        "state": "queued",
        "created_ms": START_MS + n,
    }
    return PrintJob(**{**values, **rest})


def fast(port: int, **rest: object) -> PrinterSettings:
    """Settings for a printer that answers. Tests of silence and lost answers add HASTY: a busy machine may be late too."""
    values: dict[str, object] = {
        "name": "p",
        "host": "127.0.0.1",
        "port": port,
        "profile": "epson-80",
        "connect_s": 5.0,
        "silence_s": 5.0,
        "ack_wait_s": 10.0,
        "stall_s": 10.0,
        "paper_wait_s": 10.0,
    }
    return PrinterSettings(**{**values, **rest})


@contextmanager
def simulated(
    *,
    answers: Answers | None = None,
    faults: list[Fault] | None = None,
    code_pages: dict[int, str] | None = None,
    kanji: bool = False,
    columns: int = 48,
    buffer_bytes: int = 4096,
    **rest: int,
) -> Iterator[SimulatedPrinter]:
    """A simulated printer, not yet opened."""
    parser = EscposParser(code_pages, columns=columns, kanji=kanji)
    device = PrinterDevice(parser, buffer_bytes=buffer_bytes, answers=answers)
    with SimulatedPrinter(device, faults=faults or (), **rest) as printer:
        yield printer
