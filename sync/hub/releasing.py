"""Leases ended by a person: the till burned down, was stolen or will not come back.

The points are the member's again at once, with their own last days. What the till had spent all the same is charged when its
records come: the member pays what is there, the shop bears the rest (I6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import peewee
from msgspec import Struct

from sync.hub import rights
from sync.hub.book import copied
from sync.hub.leases import HUB
from sync.hub.postings import Mover
from sync.hub.store import audits, feed, meta, waiting
from sync.hub.store import books as book_store
from sync.hub.store.audits import Audit
from sync.hub.store.books import Change

RELEASABLE = ("open", "unsettled")


class Release(Struct, frozen=True, kw_only=True):
    """Who releases, why and when: `epoch` of the hub, `day` in the programme's zone, `now_ms` UTC."""

    who: str
    reason: str
    epoch: int
    day: str
    now_ms: int


class Released(Struct, frozen=True, kw_only=True):
    """One lease that was ended, and what it held: as much, at most, can be lost by it."""

    lease: str
    member: str
    till: str
    unit: str
    points: int


def release(database: peewee.Database, leases: Iterable[tuple[str, str]], *, told: Release) -> tuple[Released, ...]:
    """End leases, given as (member, lease), in the caller's transaction; those that are over already are passed by."""
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for member, lease in leases:
        wanted[member].append(lease)
    before = book_store.load(database, wanted, lock=True)
    after = copied(before)
    due = [
        (member, lease)
        for member in sorted(wanted)
        for lease in sorted(wanted[member])
        if lease in after[member].leases and after[member].leases[lease].state in RELEASABLE
    ]
    if not due:
        return ()
    step = meta.count_up(database, "step")
    recovering = waiting.recovering(database)
    done = []
    for member, lease in due:
        mover = Mover(after[member], HUB, told.epoch, step, told.day, recovering)
        grant = after[member].leases[lease].lease.grant
        points = rights.release_lease(mover, lease, now_ms=told.now_ms)
        done.append(Released(lease=lease, member=member, till=grant.till, unit=grant.unit, points=points))
    changed = [Change(before[name], after[name]) for name in before]
    feed.announce(database, book_store.save(database, changed, at=told.now_ms), feed.By(HUB, told.epoch, step))
    _note(database, done, told)
    return tuple(done)


def _note(database: peewee.Database, done: Sequence[Released], told: Release) -> None:
    for one in done:
        numbers: dict[str, str | int] = {"till": one.till, "member": one.member, "unit": one.unit, "points": one.points}
        audits.note(
            database,
            Audit(
                at=told.now_ms,
                who=told.who,
                what="lease-released",
                subject=one.lease,
                reason=told.reason,
                numbers=numbers,
            ),
        )
