"""Late records and what they change: the member is worked out anew in canonical order, and the difference is posted as a correction.

Nothing is rewritten, and what a lease holds stays where it is. A member whose book is not made of records alone (merged, of a family, a
lease was released by a person), or whose records do not fit together in canonical order (a clock ran backwards), stays as they are, and a flag
says so: what came late was applied as it came.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
import peewee

from agent.loyalty.ledger import EXPIRED, LOSS, Posting, member_account
from sync.hub import apply, ledger
from sync.hub.book import Book, Numbered, copied
from sync.hub.deriving import Beginning, Event, Underivable, derive, fresh, opening, totals
from sync.hub.ground import Moment
from sync.hub.leases import HUB
from sync.hub.store import aliases, corrections, events, feed, flags, journal, meta, waiting
from sync.hub.store import books as book_store
from sync.hub.store.books import Change
from sync.hub.store.corrections import Correction
from sync.hub.store.events import Due
from sync.hub.store.flags import Flag
from sync.wire import MoveInBody, SaleBody, decode

_log = logging.getLogger("kopilka.hub")
NOT_CORRECTED = "not-corrected"
Totals = dict[tuple[str, str], int]
"""Points by unit and account."""
MOST = 20_000
"""Records of one member that are worked out anew; a shop that comes daily for fifty years has fewer."""


def correct(database: peewee.Database, now: Moment) -> int:
    """Work one member out anew in the caller's transaction; returns 0 when none is left or while the hub is recovering.

    Raises peewee.IntegrityError where the books would not be sound, a fault of the code: `pass_by` then lets others have their turn.
    """
    if waiting.recovering(database):
        # Records come again in whatever order; each is in its place when all of them are there.
        return 0
    for due in events.due(database, 1):
        try:
            _member(database, due, now)
        except Underivable as fault:
            _leave(database, due, now, str(fault))
        events.done(database, due.member)
        return 1
    return 0


def pass_by(database: peewee.Database, now: Moment) -> int:
    """Leave the one who is next as they are, in the caller's transaction."""
    for due in events.due(database, 1):
        _leave(database, due, now, "unsound")
        events.done(database, due.member)
        return 1
    return 0


def _leave(database: peewee.Database, due: Due, now: Moment, cause: str) -> None:
    _log.warning("not-derived", extra={"member": due.member, "cause": cause[:200]})
    numbers: dict[str, int | str] = {"member": due.member, "cause": cause[:200]}
    flags.put(database, [Flag(due.till, due.inc, due.seq, NOT_CORRECTED, numbers)], at=now.now_ms)


def _member(database: peewee.Database, due: Due, now: Moment) -> None:
    member = due.member
    if aliases.heir(database, member) != member or aliases.merged_into(database, member):
        raise Underivable("merged")
    before = book_store.load_whole(database, member)
    if any(purse.unborn or any(purse.unbacked.values()) for purse in before.purses.values()):
        raise Underivable("unbacked")
    found = _events(database, member)
    born = [lot.id for event in found for lot in _lots(event)]
    lots = (lot for purse in before.purses.values() for lot in purse.lots.values())
    grants = {id_: fresh(held.lease.grant, held) for id_, held in before.leases.items()}
    derived = derive(member, found, Beginning(lots=opening(lots, born), grants=grants), zone=now.zone, day=now.day)
    _comparable(before, derived)
    differences = _differences(book_store.totals(database, member), derived)
    changes = _changes(before, derived)
    if changes or before.late != derived.late:
        _post(database, before, derived, (due, now, changes, differences))


def _events(database: peewee.Database, member: str) -> list[Event]:
    rows = events.of(database, member, MOST + 1)
    if len(rows) > MOST:
        raise Underivable("too-many")
    found = []
    for row in rows:
        line = journal.line(database, row.till, row.inc, row.seq)
        if line is None:
            raise Underivable("record-missing")
        record = decode(line)
        step = ledger.apply_duplicate if row.twice else apply.STEPS.get(type(record.body))
        found.append(Event(row.place, record, step))
    return found


def _lots(event: Event) -> tuple[Any, ...]:
    body = event.record.body
    return body.lots if isinstance(body, SaleBody | MoveInBody) and event.step is not ledger.apply_duplicate else ()


def _comparable(before: Book, derived: Book) -> None:
    """Raises Underivable where a person, a family's pot or a restore stepped in: leases must be the same ones in the same state, lots
    the same ones of the same size.
    """
    if _sizes(before) != _sizes(derived):
        raise Underivable("lots")
    if {id_: _stand(held) for id_, held in before.leases.items()} != {
        id_: _stand(held) for id_, held in derived.leases.items()
    }:
        raise Underivable("leases")


def _sizes(book: Book) -> dict[tuple[str, str], int]:
    return {(unit, lot.id): lot.points for unit, purse in book.purses.items() for lot in purse.lots.values()}


def _differences(told: Totals, derived: Book) -> Totals:
    """What is to be posted, by unit and account. Order decides what expired, what the shop bears and what the member has; what was
    given, redeemed, moved or donated it does not. Raises Underivable where it seems to: something stepped in that no record tells of.
    """
    wanted = totals(derived)
    found = {key: wanted.get(key, 0) - told.get(key, 0) for key in sorted({*told, *wanted})}
    mine = (EXPIRED, LOSS, member_account(derived.member))
    if any(amount and account not in mine for (_, account), amount in found.items()):
        raise Underivable("accounts")
    return {key: amount for key, amount in found.items() if amount}


def _stand(held: Any) -> tuple[object, ...]:
    return held.spent, held.back, held.state, held.lease.spent


def _changes(before: Book, derived: Book) -> dict[str, dict[str, Any]]:
    """By unit, what was and what is."""
    found: dict[str, dict[str, Any]] = {}
    for unit, purse in sorted(before.purses.items()):
        new = derived.purse(unit)
        lots = {
            lot.id: [lot.left, new.lots[lot.id].left]
            for lot in purse.lots.values()
            if (lot.left, purse.lapsed.get(lot.id, 0)) != (new.lots[lot.id].left, new.lapsed.get(lot.id, 0))
        }
        if lots or purse.debt != new.debt:
            found[unit] = {"lots": lots, "debt": [purse.debt, new.debt]}
    return found


def _post(
    database: peewee.Database, before: Book, derived: Book, why: tuple[Due, Moment, dict[str, dict[str, Any]], Totals]
) -> None:
    due, now, changes, differences = why
    after = copied({before.member: before})[before.member]
    after.late = derived.late
    step = meta.count_up(database, "step")
    for unit in changes:
        new, mine = derived.purse(unit), after.purse(unit)
        mine.put(msgspec.structs.replace(lot, left=new.lots[lot.id].left) for lot in tuple(mine.lots.values()))
        mine.debt, mine.lapsed = new.debt, dict(new.lapsed)
    for (unit, account), amount in differences.items():
        after.entries.append(Numbered(HUB, now.epoch, step, Posting(account, unit, amount)))
    _adds_up(before, after)
    members = book_store.save(database, [Change(before, after)], at=now.now_ms)
    feed.announce(database, members, feed.By(HUB, now.epoch, step))
    if not changes:
        # The same sums, and only what each late spend took of them was another.
        return
    made = Correction(
        member=due.member, step=step, till=due.till, inc=due.inc, seq=due.seq, at=now.now_ms, changes=changes
    )
    corrections.put(database, made)
    _log.info("corrected", extra={"member": due.member, "till": due.till, "inc": due.inc, "seq": due.seq})


def _adds_up(before: Book, after: Book) -> None:
    """Raises Underivable unless the postings are balanced and move the member's account as the lots moved."""
    sums: dict[str, int] = {}
    mine: dict[str, int] = {}
    for entry in after.entries[len(before.entries) :]:
        posting = entry.posting
        sums[posting.unit] = sums.get(posting.unit, 0) + posting.amount
        if posting.account.startswith("member:"):
            mine[posting.unit] = mine.get(posting.unit, 0) + posting.amount
    for unit, purse in after.purses.items():
        old = before.purse(unit)
        moved = (purse.posted - purse.debt) - (old.posted - old.debt)
        if sums.get(unit, 0) or mine.get(unit, 0) != moved:
            raise Underivable("sums")
