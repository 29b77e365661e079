"""The simulated scanner: what it types arrives as typed, and it comes and goes as a cable does."""

from __future__ import annotations

import os
import time

import pytest

from drivers.ports.faults import Gone
from drivers.ports.serial import SerialPort
from drivers.sim import scanner as module
from drivers.sim.scanner import SimulatedScanner


@pytest.fixture
def sim(tmp_path):
    with SimulatedScanner(str(tmp_path / "scanner")) as made:
        yield made


def drain(port, count):
    data = b""
    while len(data) < count:
        data += port.read(time.monotonic() + 5) or pytest.fail(f"only {data!r}")
    return data


@pytest.mark.parametrize(
    ("terminator", "typed"),
    [
        ("CR", b"AB\r"),
        ("LF", b"AB\n"),
        ("CRLF", b"AB\r\n"),
        ("TAB", b"AB\t"),
        ("STX/ETX", b"\x02AB\x03"),
        ("none", b"AB"),
    ],
)
def test_terminators(sim, terminator, typed):
    port = SerialPort(sim.path)
    sim.scan("AB", terminator)
    assert drain(port, len(typed)) == typed
    port.close()


def test_pieces_and_pauses():
    slept = []
    with SimulatedScanner(sleep=slept.append) as sim:
        port = SerialPort(sim.path)
        sim.scan("Ирина".encode(), chunks=(1, 3), pause_ms=20)
        assert drain(port, 11) == "Ирина\r".encode()
        sim.replay(["3238", "@600ms", "0d"])
        assert drain(port, 3) == b"28\r"
        sim.replay("3138")
        sim.noise()
        assert drain(port, 5) == b"18\x00\xff\x7f"
        port.close()
    assert slept == [0.02, 0.02, 0.6]


def test_replug_keeps_the_name(sim):
    port = SerialPort(sim.path)
    assert os.readlink(sim.path) == sim.node
    sim.unplug()
    assert not os.path.lexists(sim.path)
    assert sim.node == ""
    with pytest.raises(Gone):
        port.read(time.monotonic() + 5)
    port.close()
    sim.plug()
    port = SerialPort(sim.path)
    sim.scan("x")
    assert drain(port, 2) == b"x\r"
    port.close()
    sim.replug()
    assert os.path.exists(sim.path)


def test_a_stale_link_is_replaced_and_a_file_is_not(tmp_path):
    link = tmp_path / "scanner"
    link.symlink_to("/dev/pts/999999")
    with SimulatedScanner(str(link)) as sim:
        assert os.readlink(link) == sim.node
    link.write_text("precious")
    with pytest.raises(FileExistsError):
        SimulatedScanner(str(link))
    assert link.read_text() == "precious"


def test_nobody_reads(sim, monkeypatch):
    monkeypatch.setattr(module, "WRITE_S", 0.05)
    with pytest.raises(TimeoutError, match="nobody reads"):
        sim.type(b"x" * 100_000)


def test_commands_to_the_scanner_are_received(sim):
    port = SerialPort(sim.path)
    assert sim.received() == b""
    assert port.write(b"\x16T\r", time.monotonic() + 5) == 3
    assert sim.received() == b"\x16T\r"
    port.close()


def test_nothing_stays_open(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    with SimulatedScanner(str(tmp_path / "scanner")) as sim:
        sim.replug()
    sim.close()
    assert len(os.listdir("/proc/self/fd")) == before
    assert os.listdir(tmp_path) == []
