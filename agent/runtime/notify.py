"""Tell systemd: ready, stopping, alive. Nothing happens where no service manager listens."""

from __future__ import annotations

import contextlib
import os
import socket

TIMEOUT_S = 1


def notify(state: str) -> None:
    """Send one datagram to NOTIFY_SOCKET, as sd_notify(3). A manager that does not listen is no reason to stop selling."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        line.settimeout(TIMEOUT_S)
        line.connect(address)
        line.sendall(state.encode())
