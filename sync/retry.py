"""When to try the hub again: full jitter, equal jitter when it is busy, Retry-After, and a breaker that lets a cheap probe go first.

Clock and chance are handed in; nothing here sleeps. `below(n)` gives an integer from 0 to n - 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Literal

Below = Callable[[int], int]

BASE_MS = 500
CAP_MS = 300_000
RETRY_AFTER_CAP_MS = 3_600_000
"""Nobody may send a till away for longer than an hour."""
TRIP_AFTER = 5
"""Failures in a row after which a probe goes before the next batch."""
_MAX_SHIFT = 40

Fate = Literal["ok", "away", "busy", "stopped"]
"""`away`: no answer or a fault of the server; `busy`: 429 and 503; `stopped`: refused for good, until somebody acts."""
Step = Literal["go", "probe", "wait"]


def ceiling_ms(failures: int) -> int:
    """The longest wait after so many failures in a row (1, 2, ...): doubling to five minutes."""
    return min(CAP_MS, BASE_MS << min(max(failures - 1, 0), _MAX_SHIFT))


def full_jitter_ms(failures: int, below: Below) -> int:
    """Anything from 0 to the ceiling, so that a chain's tills do not come back together after an outage."""
    return below(ceiling_ms(failures) + 1)


def equal_jitter_ms(failures: int, below: Below) -> int:
    """Half the ceiling and up to as much again: one that says it is busy is given time for certain."""
    half = ceiling_ms(failures) // 2
    return half + below(half + 1)


def retry_after_ms(value: str | None, now_ms: int) -> int | None:
    """A Retry-After header, in seconds or as an HTTP date (RFC 9110, 10.2.3), as milliseconds from now, cut to an hour; None if unusable.

    `now_ms` is the server's time as far as it is known: its date was written by its clock.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return min(int(text) * 1000, RETRY_AFTER_CAP_MS)
    if not text or len(text) > 40:
        return None
    try:
        moment = parsedate_to_datetime(text)
        at_ms = int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()) * 1000
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0, at_ms - now_ms), RETRY_AFTER_CAP_MS)


@dataclass(frozen=True, slots=True)
class Pace:
    """How the line has been: failures in a row, and not before when (monotonic ms) the next try may be."""

    failures: int = 0
    not_before_ms: int = 0
    fate: Fate = "ok"
    asked: bool = False
    """The probe has been answered; the next try may be a real one."""

    def step(self, now_ms: int) -> Step:
        """What may be done now. An open breaker asks a cheap probe first; a probe that fails counts as one more failure."""
        if now_ms < self.not_before_ms:
            return "wait"
        return "probe" if self.failures >= TRIP_AFTER and not self.asked else "go"

    def probed(self) -> Pace:
        """The hub is there: one try goes. Should that fail too, the breaker is open again and the waits grow on."""
        return replace(self, asked=True, not_before_ms=0)

    def after(self, fate: Fate, now_ms: int, below: Below, *, retry_after: int | None = None) -> Pace:
        """The pace after a try. A Retry-After is a lower bound, jitter is added to it so that tills do not return in one wave."""
        if fate == "ok":
            return Pace()
        failures = self.failures + 1
        if fate == "stopped":
            wait = CAP_MS // 2 + below(CAP_MS // 2 + 1)
        elif fate == "busy":
            wait = equal_jitter_ms(failures, below)
        else:
            wait = full_jitter_ms(failures, below)
        if retry_after is not None:
            wait = max(wait, retry_after + below(1 + ceiling_ms(1)))
        return Pace(failures, now_ms + wait, fate)
