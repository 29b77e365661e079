"""From a printer's settings to an open line."""

from __future__ import annotations

import time

from drivers.ports import Port
from drivers.printer.settings import PrinterSettings

SERIAL_CHUNK_BYTES = 256
"""Small pieces, so that an XOFF or a report of trouble is seen before much more is sent."""
WHOLE_JOB = 1 << 20


def open_port(settings: PrinterSettings) -> Port:
    """Open the printer's line within `connect_s`. Raises a fault of `drivers.ports.faults`."""
    deadline = time.monotonic() + settings.connect_s
    if settings.transport == "tcp":
        from drivers.ports.tcp import connect

        return connect(settings.host, settings.port, deadline)
    if settings.transport == "serial":
        from drivers.ports.serial import Line, SerialPort

        return SerialPort(settings.path, Line(baud=settings.baud, flow=settings.flow))
    from drivers.ports.file import open_file

    return open_file(settings.path)


def stays_open(settings: PrinterSettings) -> bool:
    """Whether the line is kept between jobs: opening a serial port resets some printers; TCP is one connection a job."""
    return settings.transport == "serial"


def chunk_bytes(settings: PrinterSettings) -> int:
    """How much is written at a time."""
    return SERIAL_CHUNK_BYTES if settings.transport == "serial" else WHOLE_JOB
