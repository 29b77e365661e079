from __future__ import annotations

import os
import time

import pytest

from drivers.ports import Port
from drivers.ports.faults import Denied, Gone
from drivers.ports.file import open_file


def test_bytes_are_appended(tmp_path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old ")
    port = open_file(str(path))
    assert isinstance(port, Port)
    assert port.write(b"new", time.monotonic() + 1) == 3
    assert port.read(time.monotonic()) == b""
    port.close()
    port.close()
    assert path.read_bytes() == b"old new"


def test_what_cannot_be_opened(tmp_path) -> None:
    with pytest.raises(Gone):
        open_file(str(tmp_path / "no" / "out"))
    with pytest.raises((Denied, Gone)):
        open_file("/proc/version/x")


def test_a_full_device_is_gone() -> None:
    port = open_file("/dev/full")
    with pytest.raises(Gone):
        port.write(b"x", time.monotonic() + 1)
    port.close()


def test_a_device_that_takes_no_more_is_left_at_the_deadline(tmp_path) -> None:
    path = str(tmp_path / "fifo")
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    port = open_file(path)
    taken = port.write(bytes(1 << 20), time.monotonic() + 0.05)
    assert 0 < taken < 1 << 20
    os.close(reader)
    port.close()
