"""Who else holds a device: read from /proc, for the words "занято: ModemManager" instead of "resource busy"."""

from __future__ import annotations

import os


def holders(path: str, proc: str = "/proc") -> list[str]:
    """The processes that have the device open, as `name (pid)`, ours left out; empty where the system will not tell."""
    real = os.path.realpath(path)
    own = str(os.getpid())
    others = [pid for pid in sorted(filter(str.isdigit, os.listdir(proc)), key=int) if pid != own]
    return [f"{_name(proc, pid)} ({pid})" for pid in others if _has_open(f"{proc}/{pid}/fd", real)]


def _has_open(folder: str, real: str) -> bool:
    """Other people's folders are closed to us unless we are root, and a process may end while we look."""
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    for name in names:
        try:
            if os.readlink(f"{folder}/{name}") == real:
                return True
        except OSError:
            continue
    return False


def _name(proc: str, pid: str) -> str:
    try:
        with open(f"{proc}/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip() or "?"
    except OSError:
        return "?"
