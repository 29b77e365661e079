"""A file or a character device that is only written to: receipts on disk, a parallel port. Nothing ever comes back."""

from __future__ import annotations

import errno
import os
import select
import time

from drivers.ports.faults import Busy, Denied, Gone, PortFault


def open_file(path: str) -> FilePort:
    """Open for appending, made when absent. Raises Denied, Busy or Gone."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o640)
    except OSError as fault:
        raise _open_fault(path, fault) from fault
    return FilePort(handle, path)


def _open_fault(path: str, fault: OSError) -> PortFault:
    if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Denied(path, str(fault))
    if fault.errno in (errno.EBUSY, errno.ETXTBSY):
        return Busy(path, detail=str(fault))
    return Gone(path, str(fault))


class FilePort:
    """One open file; see `drivers.ports.Port`."""

    def __init__(self, handle: int, path: str) -> None:
        """Take over a descriptor."""
        self._handle = handle
        self._path = path

    def read(self, deadline: float) -> bytes:
        """Nothing, at the deadline: a file does not answer."""
        time.sleep(max(deadline - time.monotonic(), 0))
        return b""

    def write(self, data: bytes, deadline: float) -> int:
        """Bytes written until the deadline. Raises Gone (a full disk, a device unplugged)."""
        done = 0
        while done < len(data):
            try:
                done += os.write(self._handle, data[done:])
            except BlockingIOError:
                if not self._writable(deadline):
                    break
            except OSError as fault:
                raise Gone(self._path, str(fault), written=done) from fault
        return done

    def close(self) -> None:
        """Let go of the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _writable(self, deadline: float) -> bool:
        poller = select.poll()
        poller.register(self._handle, select.POLLOUT)
        return bool(poller.poll(max(deadline - time.monotonic(), 0) * 1000))
