"""A simulated printer's end of one client's line."""

from __future__ import annotations

import os
import selectors
import socket
import struct


class PrinterLine:
    """One client's end: a socket or the master of a pseudo-terminal."""

    def __init__(self, fd: int, sock: socket.socket | None) -> None:
        """Take over a descriptor that does not block; `sock` is None for a pseudo-terminal."""
        self.fd = fd
        self.sock = sock
        self.paused = False
        self.deaf = False

    def read(self, limit: int) -> bytes | None:
        """Bytes, nothing yet, or None when the client is gone."""
        try:
            data = os.read(self.fd, limit)
        except BlockingIOError:
            return b""
        except OSError:
            return None
        return data or None

    def write(self, data: bytes) -> bool:
        """Send, or drop what the client does not take; False when it is gone."""
        try:
            os.write(self.fd, data)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def pause(self, selector: selectors.BaseSelector) -> None:
        """Stop reading: the buffer is full."""
        if not self.paused:
            selector.unregister(self.fd)
            self.paused = True

    def resume(self, selector: selectors.BaseSelector) -> None:
        """Read again."""
        selector.register(self.fd, selectors.EVENT_READ)
        self.paused = False

    def unregister(self, selector: selectors.BaseSelector) -> None:
        """Read no more."""
        if not self.paused:
            selector.unregister(self.fd)
        self.paused = False

    def close(self, *, hard: bool = False) -> None:
        """Let go; `hard` resets a TCP line instead of ending it."""
        if self.sock is None:
            os.close(self.fd)
            return
        if hard:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
