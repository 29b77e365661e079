"""Tell systemd: ready, stopping, alive. Nothing happens where no service manager listens."""

from __future__ import annotations

import os
import socket


def notify(state: str) -> None:
    """Send one datagram to NOTIFY_SOCKET, as sd_notify(3)."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        line.settimeout(1)
        line.connect("\0" + path[1:] if path.startswith("@") else path)
        line.sendall(state.encode())
