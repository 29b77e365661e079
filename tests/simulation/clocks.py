"""Clocks of machines over one true time: skewed, set back, set ahead, or never set. Whether one is trusted is the real clock's rule."""

from __future__ import annotations

from collections.abc import Callable

from agent.loyalty.ids import uuid7
from agent.runtime.clock import SystemClock

NOW = 1_795_331_700_000
"""2026-11-22T10:15:00+03:00, a Sunday."""
SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS = 1000, 60_000, 3_600_000, 86_400_000


class MachineClock(SystemClock):
    """The till's own clock code over a wall that is `offset_ms` off and a machine that was switched on at `booted_ms`."""

    def __init__(self, true: Callable[[], int], *, offset_ms: int, booted_ms: int) -> None:
        self.true = true
        self.offset_ms = offset_ms
        self.booted_ms = booted_ms
        super().__init__()

    def now_ms(self) -> int:  # type: ignore[override]
        return max(0, self.true() + self.offset_ms)

    def monotonic_ms(self) -> int:  # type: ignore[override]
        return self.true() - self.booted_ms + 1000

    def uptime_ms(self) -> int:  # type: ignore[override]
        return self.monotonic_ms()


class DrawnIds:
    """UUIDv7s from the seed: two lives of one disk never make the same."""

    def __init__(self, draw: Callable[[int], bytes]) -> None:
        self._draw = draw

    def new(self, now_ms: int) -> str:
        return uuid7(now_ms, self._draw(10))
