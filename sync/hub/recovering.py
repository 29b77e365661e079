"""A hub that came back from a backup: whom it has to hear, and what becomes of the books when it has.

It takes facts and rights in whatever order tills bring them and grants nothing, since points that look free may be under a right it
has forgotten. A till is heard when a batch of its reached the end of its journal and the hub knows every lease it holds. The last one
heard, or waived by a person, ends the recovery: what was lent to lots and nobody brought is debt, and is paid first from now on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence

import peewee

from agent.errors import Conflict, NotFound
from sync.hub import parking
from sync.hub.arrivals import Mark
from sync.hub.book import copied
from sync.hub.grounds import ground_of
from sync.hub.leases import HUB
from sync.hub.merging import merge_again
from sync.hub.postings import Mover
from sync.hub.store import audits, due, feed, journal, meta, tills, waiting
from sync.hub.store import books as book_store
from sync.hub.store.audits import Audit
from sync.hub.store.books import Change
from sync.hub.store.waiting import Awaited
from sync.wire import Head

_log = logging.getLogger("kopilka.hub")
RETRIED = 10_000
OUT_OF_ORDER = ("unknown-lot", "restores-too-much", "unknown-lease", "no-move-out")
"""Why a record may not apply before another till's has come."""
FORGOTTEN = ("unknown-lease",)
"""Why the end of a lease that nobody brought again had to wait until it was sure that nobody would."""
CHUNK = 500
"""Members whose books are ended up at a time."""
MERGED = 200
"""Merges made again in one transaction; the next push goes on."""


def heard(database: peewee.Database, head: Head, mark: Mark, *, day: str, now_ms: int) -> bool:
    """Note what a push that was applied says of its till, in its transaction. True when that ended the recovery."""
    epoch = int(meta.read(database, "epoch") or 0)
    row = waiting.of(database, mark.till)
    if row is None or row.state != "awaited":
        # All may have come, and merges be left that the push before had no time for.
        return end_if_all(database, epoch=epoch, day=day, now_ms=now_ms)
    newest = max(journal.marks(database, mark.till), default=mark.inc)
    # A till that has not heard of the restore yet believes that all of its journal is here.
    if not head.end or head.epoch != epoch or head.last != mark.wm or mark.inc < newest:
        return False
    missing = waiting.unknown_leases(database, mark.till, head.open_leases)
    state: waiting.State = "awaited" if missing else "heard"
    waiting.note(database, Awaited(till=mark.till, state=state, at=now_ms, missing=missing))
    _log.info("till-heard", extra={"till": mark.till, "missing": missing})
    return end_if_all(database, epoch=epoch, day=day, now_ms=now_ms)


def waive(database: peewee.Database, till: str, *, act: Audit, day: str) -> bool:
    """Wait for a till no longer, in the caller's transaction; whether that ended the recovery. `act` says who, why, when.

    Its open leases that the backup knows stay locked until they are released; of others nothing is known: what the till spent
    of them is the shop's when it turns up. Raises NotFound, Conflict when nothing waits for it.
    """
    open_ = waiting.recovering(database)
    row = waiting.of(database, till)
    if row is None:
        raise NotFound("till-not-awaited", till=till)
    if row.state != "awaited" or not open_:
        raise Conflict("till-not-awaited", till=till)
    waiting.note(database, Awaited(till=till, state="waived", at=act.at, missing=row.missing))
    audits.note(database, act)
    epoch = int(meta.read(database, "epoch") or 0)
    return end_if_all(database, epoch=epoch, day=day, now_ms=act.at)


def _parked_again(database: peewee.Database, reasons: Collection[str], *, epoch: int, now_ms: int) -> None:
    """A record may have come before what it speaks of, which another till brought: all is there now, so try them once more."""
    for parked in journal.parked(database, RETRIED):
        if parked.reason in reasons and journal.is_parked(database, parked):
            till = tills.find(database, parked.till)
            if till is not None:
                ground = ground_of(database, till, now_ms=now_ms)
                parking.again(database, parked, ground, epoch=epoch)


def end_if_all(database: peewee.Database, *, epoch: int, day: str, now_ms: int) -> bool:
    """End the recovery, in the caller's transaction, once nobody is awaited; whether it is over.

    Merges the copy has forgotten come first, some in each call: what the heirs hold rights to lies with the merged members.
    """
    if waiting.left(database):
        return False
    _parked_again(database, OUT_OF_ORDER, epoch=epoch, now_ms=now_ms)
    if merge_again(database, MERGED, epoch=epoch, day=day, now_ms=now_ms):
        return False
    waiting.end(database)
    _parked_again(database, FORGOTTEN, epoch=epoch, now_ms=now_ms)
    for members in _each_once(lambda last: waiting.members_unbacked(database, last, CHUNK)):
        _settle(database, members, epoch=epoch, day=day, now_ms=now_ms)
    # A claw-back met meanwhile may have made a debt beside points that nobody dared to take for it.
    for members in _each_once(lambda last: due.owing(database, day, last, CHUNK)):
        _settle(database, members, epoch=epoch, day=day, now_ms=now_ms)
    _log.info("recovered", extra={"epoch": epoch})
    return True


def _each_once(found: Callable[[str], list[str]]) -> Iterator[list[str]]:
    """Members by name, some at a time: whatever becomes of them the walk comes to its end, for all of the hub waits for it."""
    last = ""
    while members := found(last):
        yield members
        last = members[-1]


def _settle(database: peewee.Database, members: Sequence[str], *, epoch: int, day: str, now_ms: int) -> None:
    """What was lent and nobody brought is debt, and every debt is paid from what is free."""
    by = feed.By(HUB, epoch, meta.count_up(database, "step"))
    before = book_store.load(database, members, lock=True)
    after = copied(before)
    for member in members:
        for unit, purse in sorted(after[member].purses.items()):
            mover = Mover(after[member], *by, day)
            mover.hand_on(unit)
            purse.own_up()
            mover.settle(unit)
    changed = [Change(before[member], after[member]) for member in before]
    feed.announce(database, book_store.save(database, changed, at=now_ms), by)
