"""The scanner's thread over a port of memory: turns, deadlines, states told once, counting, faults inside.

On a real pseudo-terminal the same code runs in tests/integration.
"""

from __future__ import annotations

import math
import queue
import time

import pytest
from scanning import Heard, running

from drivers.ports.faults import Busy, Denied, Gone, PortFault
from drivers.scanner.recognition import Recognizer
from drivers.scanner.serial import BACKOFF_S, Ears, SerialScanner, open_serial
from drivers.scanner.settings import ScannerSettings


class MemoryPort:
    """What a test puts in comes out; an exception is raised; nothing means woken."""

    def __init__(self):
        self.inbox, self.deadlines, self.closed = queue.Queue(), [], 0

    def read(self, deadline):
        self.deadlines.append(deadline)
        try:
            what = self.inbox.get(timeout=None if math.isinf(deadline) else max(0, deadline - time.monotonic()))
        except queue.Empty:
            return b""
        if isinstance(what, Exception):
            raise what
        return what

    def write(self, _data, _deadline):
        return 0

    def wake(self):
        self.inbox.put(b"")

    def close(self):
        self.closed += 1


@pytest.fixture
def port():
    return MemoryPort()


def test_waits_without_deadline_unless_a_half_scan_is_held(port):
    with running(open_device=lambda _settings: port, idle_ms=60) as (_, heard, scanner):
        heard.wait_state("ready")
        port.inbox.put(b"MEMBER-000001\r28")
        heard.wait_scans(1)
        heard.until(lambda _: scanner.numbers()["dropped_stale"] == 1)
        heard.until(lambda _: len(port.deadlines) == 3)
        assert [math.isinf(deadline) for deadline in port.deadlines] == [True, False, True]
        assert heard.states[-1].numbers["dropped_stale"] == 1


def test_the_port_is_closed_and_opened_again_after_a_loss(port):
    with running(open_device=lambda _settings: port) as (_, heard, scanner):
        port.inbox.put(Gone("x"))
        heard.wait_state("absent", "gone")
        heard.until(lambda _: scanner.numbers()["opens"] == 2)
        assert port.closed == 1
    assert port.closed == 2


def test_a_state_is_told_once(port):
    faults = [Denied("x")] * 3 + [Busy("x", "minicom (5)")] * 2 + [PortFault("x", "why")]

    def open_device(_settings):
        if faults:
            raise faults.pop(0)
        return port

    with running(open_device=open_device) as (_, heard, _scanner):
        heard.wait_state("ready")
        assert [(state.state, state.cause) for state in heard.states] == [
            ("degraded", "denied"),
            ("degraded", "busy"),
            ("degraded", "port_fault"),
            ("ready", ""),
        ]
        assert heard.states[1].numbers["holder"] == "minicom (5)"
        assert heard.states[2].numbers["detail"] == "why"


def test_frames_come_with_their_bytes_unless_they_are_a_payment_cards(port):
    with running(open_device=lambda _settings: port) as (_, heard, scanner):
        port.inbox.put(b"CPN-AB12CD34\r4111111111111111\rGC00000000012345\r")
        assert [scan.kind for scan in heard.wait_scans(3)] == ["coupon", "payment", "gift"]
        assert [(frame.raw, scan.kind) for frame, scan in heard.frames] == [
            (b"CPN-AB12CD34\r", "coupon"),
            (b"GC00000000012345\r", "gift"),
        ]
        assert (scanner.numbers()["scans"], scanner.numbers()["payments"]) == (3, 1)


def test_a_fault_inside_is_named_without_its_text_and_survived(port):
    class Angry(Recognizer):
        def recognise(self, data, source, at_ms, *, symbology=None):
            if data == b"BOOM":
                raise RuntimeError(f"cannot stand {data!r}")
            return super().recognise(data, source, at_ms, symbology=symbology)

    with running(open_device=lambda _settings: port, recognizer=Angry()) as (_, heard, _scanner):
        port.inbox.put(b"BOOM\r")
        heard.wait_state("degraded", "fault")
        port.inbox.put(b"MEMBER-000001\r")
        heard.wait_scans(1)
        assert heard.faults == [("scanner", "RuntimeError")]
        assert "BOOM" not in repr((heard.states, heard.faults))


def test_stop_before_start_and_while_absent(tmp_path):
    heard = Heard()
    scanner = SerialScanner(ScannerSettings(port=str(tmp_path / "none")), Recognizer(), heard.ears())
    assert scanner.stop(time.monotonic())
    with running(port=str(tmp_path / "none"), open_device=open_serial) as (_, told, running_scanner):
        told.wait_state("absent")
        assert running_scanner.stop(time.monotonic() + 5)


def test_a_thread_that_hangs_is_told_of():
    stuck = queue.Queue()
    heard = Heard()
    scanner = SerialScanner(
        ScannerSettings(), Recognizer(), heard.ears(), open_device=lambda _settings: stuck.get(timeout=20)
    )
    scanner.start()
    assert not scanner.stop(time.monotonic() + 0.05)
    stuck.put(MemoryPort())
    assert scanner.stop(time.monotonic() + 20)


def test_only_scans_are_asked_for(port):
    scans = []
    scanner = SerialScanner(ScannerSettings(), Recognizer(), Ears(scans.append), open_device=lambda _settings: port)
    scanner.start()
    port.inbox.put(b"2811111111114\r2811111111114\r")
    deadline = time.monotonic() + 20
    while scanner.numbers()["scans"] < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert scanner.stop(deadline)
    assert [scan.id for scan in scans] == ["2811111111114"]
    assert scanner.numbers()["repeats"] == 1


def test_back_off_is_a_quarter_second_to_two():
    assert BACKOFF_S[0] == 0.25
    assert BACKOFF_S[-1] == 2
    assert list(BACKOFF_S) == sorted(BACKOFF_S)
