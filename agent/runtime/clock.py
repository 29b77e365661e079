"""The clock, ids and chance of a real till; everything else is handed them."""

from __future__ import annotations

import os
import threading
import time

from agent.loyalty.ids import uuid7

SANE_MS = 1_735_689_600_000
"""2025-01-01: an earlier wall clock was never set."""
BACK_MS = 1_000
AHEAD_MS = 300_000


class SystemClock:
    """Wall and monotonic time; trusted while the wall runs on with the monotonic clock.

    A wall that was never set, or that jumps against the monotonic clock, is not trusted until it agrees with a time the hub
    told (`vouch`).
    """

    def __init__(self) -> None:
        self._offset = self._gap()
        self._trusted = self.now_ms() >= SANE_MS

    @staticmethod
    def now_ms() -> int:
        return time.time_ns() // 1_000_000

    @staticmethod
    def monotonic_ms() -> int:
        return time.monotonic_ns() // 1_000_000

    def _gap(self) -> int:
        return self.now_ms() - self.monotonic_ms()

    def trusted(self) -> bool:
        gap = self._gap()
        if self._trusted and not -BACK_MS <= gap - self._offset <= AHEAD_MS:
            self._trusted = False
        if self._trusted:
            # Slow drift by NTP is followed, so that months of it do not add up to a jump.
            self._offset = gap
        return self._trusted

    def vouch(self, told_ms: int) -> None:
        """The hub's time: trust the wall again when it is within five minutes of it."""
        if abs(self.now_ms() - told_ms) <= AHEAD_MS:
            self._offset, self._trusted = self._gap(), True


class SystemIds:
    """UUIDv7 from the system's entropy, never two alike, in order within a millisecond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = (0, 0)

    def new(self, now_ms: int) -> str:
        """A name that sorts by time; a counter in the first random bits keeps order inside a millisecond."""
        with self._lock:
            last_ms, count = self._last
            count = count + 1 if now_ms == last_ms else 0
            self._last = (now_ms, count)
        return uuid7(now_ms, (count & 0xFFF).to_bytes(2, "big") + os.urandom(8))
