"""Tell systemd: ready, stopping, alive; shared by till and hub. Nothing happens where no service manager listens."""

from __future__ import annotations

import contextlib
import os
import socket

TIMEOUT_S = 1.0


def notify(state: str) -> None:
    """Tell NOTIFY_SOCKET, if there is one; a manager that does not listen is no fault of ours."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        line.settimeout(TIMEOUT_S)
        line.connect(name)
        line.sendall(state.encode())


def watchdog_s() -> float | None:
    """How often the manager wants to hear of us, in seconds; None where it does not."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    if not microseconds.isdigit() or os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(microseconds) / 1_000_000
