"""The serial port on real pseudo-terminals: reading, writing with a deadline, and every way a line ends."""

from __future__ import annotations

import errno
import fcntl
import math
import os
import subprocess
import sys
import termios
import threading
import time
import tty

import pytest
import serial

from drivers.ports import Port
from drivers.ports.faults import Busy, Denied, Gone, PortFault
from drivers.ports.serial import CHUNK, Line, SerialPort, _fault


@pytest.fixture
def pair():
    """(master, path of the slave); the slave is held open as a plugged device is."""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    for fd in (master, slave):
        try:
            os.close(fd)
        except OSError:
            assert fd >= 0


@pytest.fixture
def port(pair):
    opened = SerialPort(pair[1])
    yield opened
    opened.close()


def soon(seconds=5.0):
    return time.monotonic() + seconds


def test_is_a_port(port):
    assert isinstance(port, Port)


def test_reads_at_once_what_came_and_all_of_it(pair, port):
    os.write(pair[0], b"a\x03\x04\r\n\x11\x13\x1d\xff")
    assert port.read(soon()) == b"a\x03\x04\r\n\x11\x13\x1d\xff"


def test_nothing_until_the_deadline(port):
    began = time.monotonic()
    assert port.read(began + 0.05) == b""
    assert time.monotonic() - began >= 0.05
    assert port.read(began) == b""


def test_opening_discards_what_came_before(pair):
    os.write(pair[0], b"old")
    port = SerialPort(pair[1])
    os.write(pair[0], b"new")
    assert port.read(soon()) == b"new"
    port.close()


def test_wake_ends_a_read_without_deadline(port):
    threading.Timer(0.05, port.wake).start()
    assert port.read(math.inf) == b""


def test_hang_up_is_gone(pair, port):
    os.close(pair[0])
    with pytest.raises(Gone):
        port.read(soon())
    with pytest.raises(Gone) as gone:
        port.write(b"x", soon())
    assert gone.value.written == 0
    port.close()


def test_what_came_before_the_hang_up_is_not_asked_for(pair, port):
    """A hung-up terminal loses its buffer: the half scan in it is nobody's."""
    os.write(pair[0], b"2811")
    os.close(pair[0])
    with pytest.raises(Gone):
        read_all(port)


def read_all(port):
    while port.read(soon()):
        pass


@pytest.mark.parametrize("error", [OSError(errno.EIO, "x"), serial.SerialException("no errno"), TypeError("fd is None"), ValueError("bad fd")])  # fmt: skip
def test_every_form_of_loss_is_one_fault(port, monkeypatch, error):
    def fail(_timeout):
        raise error

    monkeypatch.setattr(port._selector, "select", fail)
    with pytest.raises(Gone) as gone:
        port.read(soon())
    assert gone.value.port == port.path


def test_end_of_file_is_gone(port, monkeypatch):
    monkeypatch.setattr(os, "read", lambda *_: b"")
    port_ready(port, monkeypatch)
    with pytest.raises(Gone, match="end of file"):
        port.read(soon())


def test_a_spurious_wake_up_is_nothing(port, monkeypatch):
    def nothing(*_):
        raise BlockingIOError

    port_ready(port, monkeypatch)
    monkeypatch.setattr(os, "read", nothing)
    assert port.read(soon()) == b""


def port_ready(port, monkeypatch):
    key = port._selector.get_key(port._fd)
    monkeypatch.setattr(port._selector, "select", lambda _timeout: [(key, 1)])


def test_a_closed_port_is_gone(port):
    port.close()
    port.close()
    with pytest.raises(Gone):
        port.read(soon())
    with pytest.raises(Gone):
        port.write(b"x", soon())
    port.wake()


def test_writes_in_pieces_until_all_is_taken(pair, port):
    data = bytes(range(256)) * 8
    got = bytearray()

    def drain():
        while len(got) < len(data):
            got.extend(os.read(pair[0], 100))

    thread = threading.Thread(target=drain)
    thread.start()
    assert port.write(data, soon()) == len(data)
    thread.join()
    assert bytes(got) == data


def test_a_device_that_does_not_listen_takes_only_so_much(pair, port):
    sent = port.write(b"x" * 1_000_000, soon(0.1))
    assert CHUNK <= sent < 1_000_000
    os.set_blocking(pair[0], False)
    received = 0
    while True:
        try:
            received += len(os.read(pair[0], 65536))
        except BlockingIOError:
            break
    assert received == sent


def test_a_loss_in_the_middle_tells_what_had_gone(pair, port, monkeypatch):
    real, calls = os.write, []

    def write(fd, data):
        if fd == port._fd and len(calls) == 2:
            raise OSError(errno.EIO, "gone")
        calls.append(len(data))
        return real(fd, data)

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(Gone) as gone:
        port.write(b"x" * 1000, soon())
    assert gone.value.written == 2 * CHUNK


def test_dsr_low_holds_writes_back(pair, monkeypatch):
    port = SerialPort(pair[1], Line(flow="dsr"))
    assert port.lines() == {}
    monkeypatch.setattr(SerialPort, "lines", lambda _self: {"cts": True, "dsr": False})
    assert port.write(b"x", soon(0.06)) == 0
    monkeypatch.setattr(SerialPort, "lines", lambda _self: {"cts": True, "dsr": True})
    assert port.write(b"x", soon()) == 1
    port.close()


def test_the_line_is_set_as_asked(pair):
    port = SerialPort(pair[1], Line(115200, 7, "E", 2))
    settings = termios.tcgetattr(port._fd)
    assert settings[4] == termios.B115200
    assert settings[2] & termios.CSTOPB
    assert not settings[3] & (termios.ECHO | termios.ICANON | termios.ISIG)
    assert settings[6][termios.VMIN] == 1
    assert port.unsent() == 0
    port.close()


def test_absent_is_gone(tmp_path):
    with pytest.raises(Gone):
        SerialPort(str(tmp_path / "ttyACM9"))


def test_what_is_no_terminal_is_refused(tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    with pytest.raises(PortFault):
        SerialPort(str(plain))


HOLD = """
import sys, serial
held = serial.Serial(sys.argv[1], exclusive=True)
print("held", flush=True)
sys.stdin.read()
"""


def test_busy_names_the_holder(pair):
    words = [sys.executable, "-c", HOLD, pair[1]]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(Busy) as busy:
            SerialPort(pair[1])
        child.stdin.close()
    assert f"({child.pid})" in busy.value.holder
    SerialPort(pair[1]).close()


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (errno.EACCES, Denied),
        (errno.EPERM, Denied),
        (errno.EBUSY, Busy),
        (errno.EAGAIN, Busy),
        (errno.ENOENT, Gone),
        (errno.ENXIO, Gone),
        (errno.EIO, Gone),
        (None, Gone),
        (errno.ENOTTY, PortFault),
    ],
)
def test_what_the_system_says_by_name(number, fault):
    told = _fault("/dev/ttyX", serial.SerialException(number, "text") if number else serial.SerialException("text"))
    assert type(told) is fault


def test_a_pseudo_terminal_is_not_marked_exclusive(pair, port):
    """The mark would outlive a crash of ours and keep the next start out, while the other end holds the pair."""
    if not hasattr(termios, "TIOCGEXCL"):
        exclusive = bytearray(4)
        fcntl.ioctl(port._fd, 0x80045440, exclusive)
        assert not any(exclusive)


def test_a_real_line_is_marked_and_freed(pair, monkeypatch):
    monkeypatch.setattr(os.path, "realpath", lambda _path: "/dev/ttyUSB0")
    port = SerialPort(pair[1])
    state = bytearray(4)
    fcntl.ioctl(port._fd, 0x80045440, state)
    assert any(state)
    fd = os.dup(port._fd)
    port.close()
    fcntl.ioctl(fd, 0x80045440, state)
    assert not any(state)
    os.close(fd)


def test_nothing_stays_open(pair):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        SerialPort(pair[1]).close()
    assert len(os.listdir("/proc/self/fd")) == before
