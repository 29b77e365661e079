"""The leases of a till's former incarnations, ended by the till's own word: the `boot` record of one that was healed.

The till has pushed all its disk still holds of the former incarnation before that record, so every spend it knows is booked. What a
parked record of that till spends stays charged. A `boot` after a fork or of a copy ends nothing: another machine may be spending.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import peewee

from agent.loyalty.lots import Part
from sync.hub import apply, rights
from sync.hub.arrivals import Arrived
from sync.hub.book import copied
from sync.hub.ground import Ground
from sync.hub.leases import HUB
from sync.hub.postings import Mover
from sync.hub.store import books as book_store
from sync.hub.store import feed, held, journal, meta
from sync.hub.store.books import Change
from sync.wire import BootBody, MoveOutBody, Record, SaleBody

MOST = 100_000
"""Leases of one till; far above what a head may name."""


def end(database: peewee.Database, records: Iterable[Record], ground: Ground, *, epoch: int) -> int:
    """End what the batch's `boot` ends, in the push's own transaction; returns how many leases."""
    boot = next((one for one in records if isinstance(one.body, BootBody)), None)
    if boot is None or not isinstance(boot.body, BootBody) or boot.body.reason != "healed":
        return 0
    rows = [row for row in held.rows(database, till=ground.till, releasable=True, limit=MOST) if row.inc < boot.inc]
    if not rows:
        return 0
    kept = _parked_spends(database, ground.till)
    before = book_store.load(database, {row.member for row in rows}, lock=True)
    after = copied(before)
    by = feed.By(HUB, epoch, meta.count_up(database, "step"))
    for row in rows:
        mover = Mover(after[row.member], *by, ground.day, ground.recovering)
        rights.end_former(mover, row.lease, kept.get(row.lease, ()))
    changed = [Change(before[name], after[name]) for name in before]
    feed.announce(database, book_store.save(database, changed, at=ground.now_ms), by)
    return len(rows)


def _parked_spends(database: peewee.Database, till: str) -> dict[str, list[Part]]:
    """By lease, what the till's parked records say they spent of it."""
    found: defaultdict[str, list[Part]] = defaultdict(list)
    for parked in journal.parked_of(database, till):
        for one in apply.read([Arrived(parked.seq, parked.line, "")], till, parked.inc):
            body = one.record.body if one.record else None
            if isinstance(body, SaleBody | MoveOutBody):
                for spend in body.spends:
                    found[spend.lease] += spend.parts
    return found
