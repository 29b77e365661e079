"""A TCP line to one device, with deadlines and an end that loses nothing."""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import time

from drivers.ports.faults import Busy, Denied, Gone, PortFault, TimedOut

READ_BYTES = 4096
USER_TIMEOUT_MS = 10_000
"""TCP_USER_TIMEOUT: how long sent bytes may stay unconfirmed before the line counts as lost."""
DRAIN_S = 0.15


def connect(host: str, port: int, deadline: float) -> TcpPort:
    """Open a line until `deadline` (monotonic seconds). Raises TimedOut, Busy (refused), Denied or Gone."""
    name = f"{host}:{port}"
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimedOut(name)
    try:
        sock = socket.create_connection((host, port), timeout=left)
    except OSError as fault:
        raise _connect_fault(name, fault) from fault
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
    return TcpPort(sock, name)


def _connect_fault(name: str, fault: OSError) -> PortFault:
    if isinstance(fault, TimeoutError):
        return TimedOut(name, str(fault))
    if isinstance(fault, ConnectionRefusedError):
        return Busy(name, detail=str(fault))
    if fault.errno in (errno.EACCES, errno.EPERM):
        return Denied(name, str(fault))
    return Gone(name, str(fault))


class TcpPort:
    """One connection; see `drivers.ports.Port`."""

    def __init__(self, sock: socket.socket, name: str) -> None:
        """Take over a connected, non-blocking socket."""
        self._sock = sock
        self._name = name
        self._lost = False
        self._closed = False

    def read(self, deadline: float) -> bytes:
        """Whatever came; `b""` when nothing did until the deadline. Raises Gone at the far end's close or a loss."""
        if not self._wait(select.POLLIN, deadline):
            return b""
        try:
            data = self._sock.recv(READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as fault:
            raise self._gone(str(fault)) from fault
        if not data:
            raise self._gone("closed by the far end")
        return data

    def write(self, data: bytes, deadline: float) -> int:
        """Bytes the system took until the deadline. Raises Gone with the count of those taken before."""
        view = memoryview(data)
        done = 0
        while done < len(view) and self._wait(select.POLLOUT, deadline):
            try:
                done += self._sock.send(view[done:])
            except BlockingIOError:
                continue
            except OSError as fault:
                raise self._gone(str(fault), done) from fault
        return done

    def close(self) -> None:
        """Say the end, take what is still on its way (unread bytes would reset the line and lose sent ones), close."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):
            if not self._lost:
                self._sock.shutdown(socket.SHUT_WR)
                self._drain(time.monotonic() + DRAIN_S)
        self._sock.close()

    def _drain(self, deadline: float) -> None:
        while self._wait(select.POLLIN, deadline):
            if not self._sock.recv(READ_BYTES):
                return

    def _wait(self, events: int, deadline: float) -> bool:
        """True when the socket is ready (or broken: the call that follows says how)."""
        left = deadline - time.monotonic()
        poller = select.poll()
        poller.register(self._sock.fileno(), events)
        return bool(poller.poll(max(left, 0) * 1000))

    def _gone(self, detail: str, written: int = 0) -> Gone:
        self._lost = True
        return Gone(self._name, detail, written=written)
