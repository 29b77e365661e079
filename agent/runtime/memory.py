"""Keep a service of many threads small: what a till box cannot spare is not loaded, and given back where it was."""

from __future__ import annotations

import ctypes
import sys

M_ARENA_MAX = -8
M_TRIM_THRESHOLD = -1
ARENAS = 2
TRIM_BYTES = 256 * 1024


def keep_small() -> bool:
    """Two arenas, and freed memory goes back early (mallopt(3)). False where the C library knows no mallopt.

    Call it before anything imports peewee: that loads a server's driver wherever one is installed, 17 MB and 0.1 s of CPU that a
    till, whose database is a file, has no use for.
    """
    sys.modules.setdefault("psycopg", None)  # type: ignore[arg-type]
    try:
        libc = ctypes.CDLL(None)
        return bool(libc.mallopt(M_ARENA_MAX, ARENAS)) and bool(libc.mallopt(M_TRIM_THRESHOLD, TRIM_BYTES))
    except (OSError, AttributeError):
        return False
