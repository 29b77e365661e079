from __future__ import annotations

import time

import pytest
from printing import fast, simulated

from drivers.ports.faults import Busy, Gone
from drivers.printer.settings import PrinterSettings
from drivers.printer.transport import SERIAL_CHUNK_BYTES, chunk_bytes, open_port, stays_open


def test_tcp() -> None:
    with simulated() as printer:
        port = open_port(fast(printer.listen()))
        assert port.write(b"\x10\x04\x02", time.monotonic() + 1) == 3
        assert port.read(time.monotonic() + 1) == b"\x12"
        port.close()


def test_nobody_listens() -> None:
    with simulated() as printer:
        free = printer.listen()
    with pytest.raises(Busy):
        open_port(fast(free))


def test_serial() -> None:
    with simulated() as printer:
        settings = PrinterSettings(name="p", transport="serial", path=printer.open_pty())
        port = open_port(settings)
        assert port.write(b"\x10\x04\x02", time.monotonic() + 1) == 3
        assert port.read(time.monotonic() + 1) == b"\x12"
        port.close()
    assert stays_open(settings)
    assert chunk_bytes(settings) == SERIAL_CHUNK_BYTES


def test_file(tmp_path) -> None:
    settings = PrinterSettings(name="p", transport="file", path=str(tmp_path / "out"))
    port = open_port(settings)
    assert port.write(b"abc", time.monotonic() + 1) == 3
    port.close()
    assert (tmp_path / "out").read_bytes() == b"abc"
    assert not stays_open(settings)
    with pytest.raises(Gone):
        open_port(PrinterSettings(name="p", transport="file", path=str(tmp_path / "no" / "out")))
