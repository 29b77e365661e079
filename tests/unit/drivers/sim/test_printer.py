"""The simulated printer on real sockets and pseudo-terminals."""

from __future__ import annotations

import os
import select
import socket
import time

import pytest
from printing import simulated

from drivers.sim.printer_faults import Fault

PATIENCE_S = 20.0


def line(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def asked(sock: socket.socket, within_s: float = 10.0) -> bytes:
    sock.sendall(b"\x10\x04\x02")
    sock.settimeout(within_s)
    try:
        return sock.recv(10)
    except TimeoutError:
        return b"silence"


def settled(printer) -> str:
    assert printer.settled(time.monotonic() + PATIENCE_S)
    return printer.slips()[-1].text


def test_it_prints_and_answers() -> None:
    with simulated() as printer, line(printer.listen()) as sock:
        assert asked(sock) == b"\x12"
        sock.sendall(b"x\n\x1dr\x01")
        assert sock.recv(10) == b"\x00"
        assert settled(printer) == "x"


def test_one_client_at_a_time() -> None:
    with simulated() as printer:
        port = printer.listen()
        first = line(port)
        assert asked(first) == b"\x12"
        with line(port) as second:
            assert asked(second, 0.2) == b"silence"
            first.close()
            second.settimeout(10)
            assert second.recv(10) == b"\x12"


@pytest.mark.parametrize(
    ("kind", "error"), [("reset", ConnectionResetError), ("power_cycle", ConnectionResetError), ("fin", None)]
)
def test_lines_that_end(kind: str, error: type[Exception] | None) -> None:
    with simulated() as printer, line(printer.listen()) as sock:
        assert asked(sock) == b"\x12"
        printer.strike(Fault(kind, 0, 20))
        if error:
            with pytest.raises(error):
                sock.recv(10)
        else:
            assert sock.recv(10) == b""


def test_half_open_and_black_hole() -> None:
    with simulated() as printer:
        port = printer.listen()
        for kind in ("half_open", "black_hole"):
            with line(port) as sock:
                assert asked(sock) == b"\x12"
                printer.strike(Fault(kind, 0, 30))
                assert asked(sock, 0.2) == b"silence"
            time.sleep(0.05)
            with line(port) as sock:
                assert asked(sock) == b"\x12"


def test_scripted_faults_strike_at_their_byte() -> None:
    with simulated(faults=[Fault("power_cycle", 4, 0, worked_bytes=10)]) as printer:
        with line(printer.listen()) as sock, pytest.raises(ConnectionResetError):
            sock.sendall(b"ab\ncd\n")
            sock.recv(1)
        assert settled(printer) == "ab"


def test_paper_comes_back() -> None:
    with simulated() as printer, line(printer.listen()) as sock:
        printer.strike(Fault("paper_out", 0, 60, after_lines=1))
        sock.sendall(b"1\n2\n\x1dr\x01")
        assert sock.recv(1) == b"\x00"
        assert settled(printer) == "1\n2"


def test_acknowledgements_late_and_lost() -> None:
    with simulated() as printer, line(printer.listen()) as sock:
        printer.strike(Fault("slow_ack", 0, 80))
        began = time.monotonic()
        sock.sendall(b"\x1dr\x01")
        assert sock.recv(1) == b"\x00"
        assert time.monotonic() - began >= 0.08
        printer.strike(Fault("lost_ack", 0, 0))
        sock.sendall(b"\x1dr\x01")
        assert asked(sock) == b"\x12"


def test_a_stalled_printer_stops_reading() -> None:
    with simulated(buffer_bytes=64) as printer, line(printer.listen()) as sock:
        printer.strike(Fault("stall", 0, 60_000))
        sock.setblocking(False)
        sent = 0
        deadline = time.monotonic() + 0.1
        while time.monotonic() < deadline and sent < 40 << 20:
            try:
                sent += sock.send(b"x" * 65536)
            except BlockingIOError:
                time.sleep(0.005)
        assert printer.device.received <= 64
        assert sent < 40 << 20


def test_a_slow_printer_is_slow() -> None:
    with simulated(bytes_per_s=1000) as printer, line(printer.listen()) as sock:
        began = time.monotonic()
        sock.sendall(b"1234567890\n" * 20 + b"\x1dr\x01")
        assert sock.recv(1) == b"\x00"
        assert time.monotonic() - began > 0.15


def test_a_pseudo_terminal_with_xon_xoff() -> None:
    with simulated(xon_xoff=True, buffer_bytes=16, bytes_per_s=2000) as printer:
        handle = os.open(printer.open_pty(), os.O_RDWR | os.O_NOCTTY)
        os.write(handle, b"\x10\x04\x02")
        assert os.read(handle, 1) == b"\x12"
        os.write(handle, b"abcdefgh\n" * 20)
        said = b""
        deadline = time.monotonic() + 2
        while b"\x13" not in said or not said.endswith(b"\x11"):
            assert time.monotonic() < deadline
            if select.select([handle], [], [], 0.1)[0]:
                said += os.read(handle, 10)
        assert printer.settled(time.monotonic() + PATIENCE_S)
        os.close(handle)


def test_a_pseudo_terminal_survives_power_cycles_and_black_holes() -> None:
    with simulated() as printer:
        handle = os.open(printer.open_pty(), os.O_RDWR | os.O_NOCTTY)
        for kind in ("power_cycle", "black_hole", "reset"):
            printer.strike(Fault(kind, 0, 20))
            assert printer.settled(time.monotonic() + PATIENCE_S)
            os.write(handle, b"\x10\x04\x02")
            assert os.read(handle, 1) == b"\x12"
        os.close(handle)
