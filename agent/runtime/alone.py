"""One process a data folder: two services on one journal would print each receipt twice and answer from two memories."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable

from agent.errors import Conflict
from agent.sqlite import named

NAME = "running.lock"


def alone(folder: str) -> Callable[[], None]:
    """Take a data folder, made where there is none; returns how to let go. The lock ends with the process, however it ends.

    Raises Conflict while another process has it, the storage errors.
    """
    path = os.path.join(folder, NAME)
    try:
        os.makedirs(folder, mode=0o750, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise named(error, folder) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(handle, 20).decode("ascii", "replace").strip()
        os.close(handle)
        raise Conflict("till-running", path=folder, pid=int(pid) if pid.isdigit() else 0) from None
    # The number is for people; a full disk must not keep the till from starting.
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, b"%d\n" % os.getpid(), 0)
    return lambda: os.close(handle)
