"""A limit on how often: so many in any stretch of time."""

from __future__ import annotations

from collections import deque


class Rate:
    """At most `limit` in the last `window_ms`."""

    def __init__(self, limit: int, window_ms: int) -> None:
        self._limit = limit
        self._window_ms = window_ms
        self._times: deque[int] = deque()

    def allows(self, now_ms: int) -> bool:
        """Count one more at a monotonic moment, unless there were too many."""
        while self._times and self._times[0] <= now_ms - self._window_ms:
            self._times.popleft()
        if len(self._times) >= self._limit:
            return False
        self._times.append(now_ms)
        return True
