"""The hash chain over the journal's own bytes, and the hybrid logical clock that orders records of many tills.

`hash = SHA-256(previous hash | canonical line | seq, 8 bytes big-endian | incarnation, 4 bytes big-endian)`. No socket, no SQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal, NamedTuple

HLC_COUNTER_BITS = 16
AHEAD_MS = 300_000
"""A wall clock this far ahead of what the monotonic clock says was set, not run."""
BACK_MS = 1_000
"""NTP slews less than this; a larger step back is a jump."""

Doubt = Literal["", "early", "back", "ahead"]


class Linked(NamedTuple):
    """One stored row of a journal."""

    seq: int
    inc: int
    line: bytes
    hash: str


class Broken(NamedTuple):
    """The first row at which a chain does not hold: `gap`, `incarnation` (goes back), or `hash` (bytes were changed)."""

    seq: int
    inc: int
    reason: Literal["gap", "incarnation", "hash"]
    expected: str


def link(prev: str, line: bytes, *, seq: int, inc: int) -> str:
    """The hash of a record after `prev` (64 hex digits). Raises ValueError when `prev` is not hex, OverflowError for a negative seq."""
    digest = hashlib.sha256(bytes.fromhex(prev))
    digest.update(line)
    digest.update(seq.to_bytes(8, "big"))
    digest.update(inc.to_bytes(4, "big"))
    return digest.hexdigest()


def verify(
    rows: Iterable[Linked | tuple[int, int, bytes, str]], prev: str, *, first: int | None = None
) -> Broken | None:
    """The first fault of a stretch of journal that follows the hash `prev`, or None.

    `first` is the seq the first row must have (None: any). Within an incarnation seq grows by one; a later incarnation starts
    at 1 or carries the count on, and its first record continues the chain all the same.
    """
    last_inc: int | None = None
    expected = first
    for seq, inc, line, stored in rows:
        if last_inc is not None and inc < last_inc:
            return Broken(seq, inc, "incarnation", str(last_inc))
        begins = last_inc is not None and inc > last_inc and seq == 1
        if expected is not None and seq != expected and not begins:
            return Broken(seq, inc, "gap", str(expected))
        prev = link(prev, line, seq=seq, inc=inc)
        if prev != stored:
            return Broken(seq, inc, "hash", prev)
        last_inc, expected = inc, seq + 1
    return None


def hlc_tick(last: int, now_ms: int) -> int:
    """The next reading of a hybrid logical clock (ms << 16 | counter): above `last` always, near the wall clock when that runs on."""
    return max(hlc_of(now_ms), last + 1)


def hlc_of(at_ms: int) -> int:
    """The first reading of a millisecond."""
    return at_ms << HLC_COUNTER_BITS


def hlc_ms(hlc: int) -> int:
    """The milliseconds of a reading."""
    return hlc >> HLC_COUNTER_BITS


def clock_doubt(now_ms: int, *, last_ms: int, floor_ms: int, elapsed_ms: int | None = None) -> Doubt:
    """Why the wall clock cannot be trusted, or "".

    `early`: before `floor_ms`, a moment known to be past (the release's day, the hub's last word), as an RTC of 1970 is. `back`:
    behind `last_ms`, the last reading. `ahead`: more than five minutes beyond what `elapsed_ms` of a monotonic clock allows.
    """
    if now_ms < floor_ms:
        return "early"
    if now_ms < last_ms - BACK_MS:
        return "back"
    if elapsed_ms is not None and now_ms > last_ms + elapsed_ms + AHEAD_MS:
        return "ahead"
    return ""
