"""A new day: what expired is booked, debts are paid from what can be spent now."""

from __future__ import annotations

import peewee

from sync.hub.book import copied
from sync.hub.ground import Moment
from sync.hub.leases import HUB
from sync.hub.postings import Mover
from sync.hub.store import books as book_store
from sync.hub.store import due, feed, meta, waiting
from sync.hub.store.books import Change


def new_day(database: peewee.Database, now: Moment, limit: int) -> int:
    """Settle some members in the caller's transaction; returns how many, 0 when none is left or while the hub is recovering."""
    if waiting.recovering(database):
        return 0
    before = book_store.load(database, due.members(database, now.day, limit), lock=True)
    if not before:
        return 0
    after = copied(before)
    by = feed.By(HUB, now.epoch, meta.count_up(database, "step"))
    for book in after.values():
        for unit in sorted(book.purses):
            Mover(book, *by, now.day).settle(unit)
    changed = [Change(before[member], after[member]) for member in before]
    feed.announce(database, book_store.save(database, changed, at=now.now_ms), by)
    return len(before)
