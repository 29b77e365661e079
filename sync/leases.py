"""The till's wishes: when to want a lease, how much, and when to give one back. Pure; the hub's limits are the hub's.

A life is the till's own, a close is only ever written by the till (I3): in answer to the hub, at end of life, when a visit lease
has lain idle while online, or at shift end just after a push. Never at stop.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from agent.loyalty.leases import Lease, Style, left, left_parts
from agent.loyalty.lots import NEVER

HOUR_MS = 3_600_000
VISIT_LIFE_MS = 12 * HOUR_MS
STANDING_LIFE_MS = 60 * 24 * HOUR_MS
IDLE_MS = 30 * 60_000
SHIFT_PUSH_MS = 60_000
"""At shift end leases are closed only when the last push is no older: what was spent must be known to be there."""
REFUSED_MS = 60_000
"""After a refusal the same wish waits this long; the hub has little news sooner."""
LOW_SHARE = 4
"""Refill when a quarter is left."""

Reason = Literal["idle", "life", "revoked", "shift", "expired"]


class Asking(NamedTuple):
    """What the till knows of one member's unit when it considers a wish; points are smallest points."""

    spendable: int
    """What the member could spend by the hub's last word, this till's own spends taken off, other tills' leases too."""
    here: int
    """What open leases of this till still let be spent."""
    pending: int = 0
    """Wishes journalled and not answered."""
    refused_at: int | None = None
    """UTC ms of the last refusal."""


class Held(NamedTuple):
    """A lease at this till and its last use (UTC ms); `kept` while a hold stands in it."""

    lease: Lease
    used: int
    kept: bool = False


def want_points(asking: Asking, now_ms: int, *, most: int | None = None) -> int:
    """How much more to wish for, 0 for no wish. Never a second one while one is pending, nor soon after a refusal.

    `most` bounds what the till wants to hold in all: for a standing lease the usual bill's share.
    """
    if asking.pending or (asking.refused_at is not None and 0 <= now_ms - asking.refused_at < REFUSED_MS):
        return 0
    goal = asking.spendable if most is None else min(asking.spendable, most)
    return max(0, goal - asking.here)


def low(leases: Iterable[Lease], on_day: str | None) -> bool:
    """Whether a quarter or less is left of what open leases of a unit granted: time to refill, in the push's round trip."""
    open_ = [lease for lease in leases if not lease.closed]
    granted = sum(lease.grant.granted for lease in open_)
    return granted > 0 and sum(left(lease, on_day) for lease in open_) * LOW_SHARE <= granted


def life_ms(style: Style) -> int:
    return VISIT_LIFE_MS if style == "visit" else STANDING_LIFE_MS


def closings(
    held: Iterable[Held], now_ms: int, *, on_day: str | None, online: bool, revoked: Collection[str] = ()
) -> list[tuple[Lease, Reason]]:
    """Leases to close now, and why. One with a hold in it waits, whatever the reason: the customer is paying.

    `on_day` is None with an untrusted clock, which ends no life and no part. Revokes and idling are for an online till.
    """
    found: list[tuple[Lease, Reason]] = []
    for one in held:
        if one.lease.closed or one.kept:
            continue
        reason = _reason(one, now_ms, on_day, online=online, revoked=one.lease.grant.id in revoked)
        if reason:
            found.append((one.lease, reason))
    return found


def _reason(one: Held, now_ms: int, on_day: str | None, *, online: bool, revoked: bool) -> Reason | None:
    grant = one.lease.grant
    if revoked:
        return "revoked"
    if on_day is not None:
        if grant.until and now_ms >= grant.until:
            return "life"
        if _all_over(one.lease, on_day):
            return "expired"
    if online and grant.style == "visit" and now_ms - one.used >= IDLE_MS:
        return "idle"
    return None


def _all_over(lease: Lease, on_day: str) -> bool:
    """Nothing of what is left can be spent any more; a wholly spent lease is over too."""
    last = {part.lot: part.expires_on or NEVER for part in lease.grant.backing}
    return all(last[part.lot] < on_day for part in left_parts(lease))


def shift_end(held: Iterable[Held], now_ms: int, *, pushed_at: int | None) -> list[Lease]:
    """Visit leases to close when the shift ends; none unless the last good push is under a minute old."""
    if pushed_at is None or not 0 <= now_ms - pushed_at < SHIFT_PUSH_MS:
        return []
    return [one.lease for one in held if not one.lease.closed and not one.kept and one.lease.grant.style == "visit"]
