"""Keep a service of many threads small: glibc gives each thread an arena of its own, which a till box cannot spare."""

from __future__ import annotations

import ctypes

M_ARENA_MAX = -8
M_TRIM_THRESHOLD = -1
ARENAS = 2
TRIM_BYTES = 256 * 1024


def keep_small() -> bool:
    """Two arenas, and freed memory goes back early (mallopt(3)). False where the C library knows no mallopt."""
    try:
        libc = ctypes.CDLL(None)
        return bool(libc.mallopt(M_ARENA_MAX, ARENAS)) and bool(libc.mallopt(M_TRIM_THRESHOLD, TRIM_BYTES))
    except (OSError, AttributeError):
        return False
