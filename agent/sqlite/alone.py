"""A file that one process holds at a time: the lock ends with the process, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable

from agent.errors import Conflict
from agent.sqlite.faults import named


def take(path: str, code: str, *, what: str) -> Callable[[], None]:
    """Take the lock file at `path`, made where there is none; returns how to let go.

    Raises Conflict with `code`, the holder's `pid` and `what` is held as `path`, while another process has it; the storage errors.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise named(error, what) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(handle, 20).decode("ascii", "replace").strip()
        os.close(handle)
        raise Conflict(code, path=what, pid=int(pid) if pid.isdigit() else 0) from None
    # The number is for people; a full disk must not keep a service from starting.
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, b"%d\n" % os.getpid(), 0)
    return lambda: os.close(handle)
