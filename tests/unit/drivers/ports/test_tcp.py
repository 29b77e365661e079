from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator

import pytest

from drivers.ports import Port
from drivers.ports.faults import Busy, Denied, Gone, TimedOut
from drivers.ports.tcp import TcpPort, connect


def soon(seconds: float = 1.0) -> float:
    return time.monotonic() + seconds


@pytest.fixture
def ends() -> Iterator[tuple[TcpPort, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = connect("127.0.0.1", server.getsockname()[1], soon())
        far, _ = server.accept()
        with far:
            yield port, far
        port.close()


def test_it_is_a_port(ends: tuple[TcpPort, socket.socket]) -> None:
    assert isinstance(ends[0], Port)


def test_bytes_go_both_ways(ends: tuple[TcpPort, socket.socket]) -> None:
    port, far = ends
    assert port.write(b"abc", soon()) == 3
    assert far.recv(10) == b"abc"
    far.send(b"xyz")
    assert port.read(soon()) == b"xyz"
    assert port.read(soon(0.01)) == b""


def test_a_full_line_takes_part_until_the_deadline(ends: tuple[TcpPort, socket.socket]) -> None:
    port, _ = ends
    data = bytes(64 << 20)
    taken = port.write(data, soon(0.2))
    assert 0 < taken < len(data)
    assert port.write(b"x", soon(0.01)) == 0


def test_the_far_end_closes(ends: tuple[TcpPort, socket.socket]) -> None:
    port, far = ends
    far.close()
    with pytest.raises(Gone):
        port.read(soon())


def test_the_far_end_resets(ends: tuple[TcpPort, socket.socket]) -> None:
    port, far = ends
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    far.close()
    with pytest.raises(Gone) as caught:
        for _ in range(10):
            port.write(b"x", soon())
            time.sleep(0.01)
    assert caught.value.written == 0
    port.close()
    port.close()


def test_closing_lets_what_was_sent_arrive_though_answers_were_not_read(ends: tuple[TcpPort, socket.socket]) -> None:
    port, far = ends
    far.send(b"an answer nobody reads")
    port.write(b"receipt", soon())
    port.close()
    assert far.recv(100) == b"receipt"
    assert far.recv(100) == b""


def test_refused_is_busy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    with pytest.raises(Busy):
        connect("127.0.0.1", free, soon())


def test_no_time_left() -> None:
    with pytest.raises(TimedOut):
        connect("127.0.0.1", 9100, time.monotonic() - 1)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(TimeoutError("late"), TimedOut), (PermissionError(13, "no"), Denied), (OSError(113, "no route"), Gone)],
)
def test_what_connecting_may_say(monkeypatch, fault: OSError, kind: type[Exception]) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise fault

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(kind):
        connect("127.0.0.1", 9100, soon())
