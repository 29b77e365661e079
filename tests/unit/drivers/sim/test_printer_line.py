from __future__ import annotations

import selectors
import socket

import pytest

from drivers.sim.printer_line import PrinterLine


def test_reading_writing_and_the_end() -> None:
    near, far = socket.socketpair()
    near.setblocking(False)
    line = PrinterLine(near.fileno(), near)
    assert line.read(10) == b""
    far.send(b"abcdef")
    assert line.read(3) == b"abc"
    assert line.write(b"x")
    assert far.recv(10) == b"x"
    far.close()
    assert line.read(10) == b"def"
    assert line.read(10) is None
    assert not line.write(b"x")
    line.close(hard=True)


def test_pausing() -> None:
    near, far = socket.socketpair()
    line = PrinterLine(near.fileno(), near)
    with selectors.DefaultSelector() as selector:
        selector.register(near.fileno(), selectors.EVENT_READ)
        line.pause(selector)
        line.pause(selector)
        assert not selector.get_map()
        line.resume(selector)
        assert len(selector.get_map()) == 1
        line.unregister(selector)
        with pytest.raises(KeyError):
            selector.get_key(near.fileno())
    line.close()
    far.close()
