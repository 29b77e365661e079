"""The clock, ids and chance of a real till; everything else is handed them."""

from __future__ import annotations

import os
import threading
import time

from agent.loyalty.ids import uuid7
from sync.chain import AHEAD_MS, BACK_MS

SANE_MS = 1_735_689_600_000
"""2025-01-01: an earlier wall clock was never set."""
COUNTS = 1 << 12
"""Ids that keep their order inside one millisecond."""


class SystemClock:
    """Wall and monotonic time; trusted while the wall runs on with the monotonic clock.

    A wall that was never set, that jumps against the monotonic clock, or that stands before a moment known to be past is not trusted
    until it agrees with a time the hub told (`vouch`).
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

    @staticmethod
    def uptime_ms() -> int:
        """Monotonic, sleep included: a till that was suspended over night wakes up with a right clock, not with a jump."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def _gap(self) -> int:
        return self.now_ms() - self.uptime_ms()

    def trusted(self) -> bool:
        gap = self._gap()
        if self._trusted and not -BACK_MS <= gap - self._offset <= AHEAD_MS:
            self._trusted = False
        if self._trusted:
            # Slow drift by NTP is followed, so that months of it do not add up to a jump.
            self._offset = gap
        return self._trusted

    def known(self, past_ms: int) -> None:
        """A moment that is past for certain, as the last record written under a trusted clock: an RTC may start behind it."""
        if self.now_ms() < past_ms - BACK_MS:
            self._trusted = False

    def vouch(self, told_ms: int) -> None:
        """The hub's time: the wall is trusted when it is within five minutes of it, and not trusted when it is not."""
        self._offset = self._gap()
        self._trusted = abs(self.now_ms() - told_ms) <= AHEAD_MS


class SystemIds:
    """UUIDv7 from the system's entropy, never two alike, in order within a millisecond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = (0, -1)

    def new(self, now_ms: int) -> str:
        """A name that sorts by time; a counter in the first random bits keeps order inside a millisecond.

        A clock slewed back by less than a second is waited for; more names than the counter holds borrow the next millisecond.
        """
        with self._lock:
            last_ms, count = self._last
            if last_ms - BACK_MS <= now_ms <= last_ms:
                now_ms, count = last_ms, count + 1
            else:
                count = 0
            if count == COUNTS:
                now_ms, count = now_ms + 1, 0
            self._last = (now_ms, count)
        return uuid7(now_ms, count.to_bytes(2, "big") + os.urandom(8))
