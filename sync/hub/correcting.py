"""Late records and what they change: the member is worked out anew in canonical order, and the difference is posted as a correction.

Nothing is rewritten, and what a lease holds stays where it is. A member whose book is not made of records alone (of a family, a lease
was released by a person), or whose records do not fit together in canonical order (a clock ran backwards), stays as they are, and a flag
says so: what came late was applied as it came.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import peewee

from agent.loyalty.ledger import EXPIRED, LOSS, Posting, member_account
from sync.hub import apply, ledger
from sync.hub.book import Book, Numbered
from sync.hub.checkpoint import books_of
from sync.hub.deriving import Beginning, Event, Underivable, derive, fresh, opening, totals
from sync.hub.ground import Moment, day_of
from sync.hub.leases import HUB
from sync.hub.order import order_at
from sync.hub.store import aliases, bulk, checkpoints, corrections, events, feed, flags, journal, meta, waiting
from sync.hub.store import books as book_store
from sync.hub.store.books import Change
from sync.hub.store.checkpoints import Checkpoint
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


def next_due(database: peewee.Database) -> Due | None:
    """Who is to be worked out anew next; None when nobody is left or while the hub is recovering."""
    return None if _too_early(database) else next(iter(events.due(database, 1)), None)


def _too_early(database: peewee.Database) -> bool:
    # While it recovers records come again in whatever order; each is in its place when all of them are there.
    return waiting.recovering(database)


def correct(database: peewee.Database, due: Due, now: Moment) -> None:
    """Work a member out anew in the caller's transaction, unless that was done, or the hub began to recover, meanwhile.

    Raises peewee.IntegrityError where the books would not be sound, a fault of the code: `pass_by` then lets others have their turn.
    """
    for one in [] if _too_early(database) else events.due_of(database, [due.member]):
        _correct(database, one, now)


def correct_first(database: peewee.Database, members: Sequence[str], now: Moment) -> None:
    """Work those of these members out anew who wait for it, before something happens to them that no record tells of."""
    for due in events.due_of(database, members):
        _correct(database, due, now)


def _correct(database: peewee.Database, due: Due, now: Moment) -> None:
    try:
        _member(database, due, now)
    except Underivable as fault:
        _leave(database, due, now, str(fault))
    events.done(database, due.member)


def pass_by(database: peewee.Database, due: Due, now: Moment) -> None:
    """Leave a member as they are, in the caller's transaction."""
    _leave(database, due, now, "unsound")
    events.done(database, due.member)


def _leave(database: peewee.Database, due: Due, now: Moment, cause: str) -> None:
    _log.warning("not-derived", extra={"member": due.member, "cause": cause[:200]})
    numbers: dict[str, int | str] = {"member": due.member, "cause": cause[:200]}
    flags.put(database, [Flag(due.till, due.inc, due.seq, NOT_CORRECTED, numbers)], at=now.now_ms)


def _member(database: peewee.Database, due: Due, now: Moment) -> None:
    """The member, or with it those who were merged, from how the merge left them."""
    # Held before it is asked whom they are one with: a merge holds both.
    bulk.lock(database, "member", "member", [due.member])
    group = aliases.groups(database, [due.member]).get(due.member, (due.member,))
    loaded = book_store.load_whole(database, group)
    before = {name: loaded[name] for name in group}
    if any(purse.unborn or any(purse.unbacked.values()) for book in before.values() for purse in book.purses.values()):
        raise Underivable("unbacked")
    if len(group) == 1:
        found = _events(database, due.member)
        begin, totals_then = _from_nothing(before[due.member], found), {}
    else:
        made = checkpoints.find(database, group[0])
        if made is None or {one.member for one in made.books} != set(group):
            raise Underivable("merged")
        found = sorted((event for name in group for event in _events(database, name, made)), key=_canonical)
        begin = _from_checkpoint(before, made, now.zone)
        totals_then = {
            (one.member, unit, account): points for one in made.books for unit, account, points in one.totals
        }
    derived = derive(found, begin, zone=now.zone, day=now.day)
    _post(database, _compared(database, before, derived, totals_then), (due, now))


def _from_nothing(book: Book, found: list[Event]) -> Beginning:
    born = [lot.id for event in found for lot in _lots(event)]
    lots = (lot for purse in book.purses.values() for lot in purse.lots.values())
    grants = {id_: fresh(held.lease.grant, held) for id_, held in book.leases.items()}
    return Beginning(books={book.member: opening(book.member, lots, born)}, grants=grants)


def _from_checkpoint(before: dict[str, Book], made: Checkpoint, zone: str) -> Beginning:
    books = books_of(made)
    grants = {
        id_: fresh(held.lease.grant, held)
        for name, book in before.items()
        for id_, held in book.leases.items()
        if id_ not in books[name].leases
    }
    return Beginning(books=books, grants=grants, day=day_of(made.at, zone))


def _events(database: peewee.Database, member: str, since: Checkpoint | None = None) -> list[Event]:
    """A member's events; those that are not in the checkpoint, and none earlier than it: what came late stands right behind it."""
    rows = events.of(database, member, MOST + 1)
    if len(rows) > MOST:
        raise Underivable("too-many")
    found, marks = [], {(till, inc): wm for till, inc, wm in since.marks} if since else {}
    waited = set(since.waited) if since else set()
    for row in rows:
        if row.seq <= marks.get((row.till, row.inc), 0) and (row.till, row.inc, row.seq) not in waited:
            continue
        line = journal.line(database, row.till, row.inc, row.seq)
        if line is None:
            raise Underivable("record-missing")
        record = decode(line)
        step = ledger.apply_duplicate if row.twice else apply.STEPS.get(type(record.body))
        found.append(Event(max(row.place, order_at(since.at) if since else 0), member, record, step))
    return found


def _canonical(event: Event) -> tuple[int, str, int, int]:
    record = event.record
    return event.order, record.till, record.inc, record.seq


def _lots(event: Event) -> tuple[Any, ...]:
    body = event.record.body
    return body.lots if isinstance(body, SaleBody | MoveInBody) and event.step is not ledger.apply_duplicate else ()


def _comparable(before: Book, derived: Book) -> None:
    """Raises Underivable where a person, a family's pot or a restore stepped in: leases must be the same ones in the same state, lots
    the same ones of the same size.
    """
    if _sizes(before) != _sizes(derived):
        raise Underivable("lots")
    for purse in derived.purses.values():
        for id_, lot in purse.lots.items():
            if not (purse.leased.get(id_, 0) <= lot.left <= lot.points - purse.lapsed.get(id_, 0)):
                raise Underivable("unsound")
    if {id_: _stand(held) for id_, held in before.leases.items()} != {
        id_: _stand(held) for id_, held in derived.leases.items()
    }:
        raise Underivable("leases")


def _sizes(book: Book) -> dict[tuple[str, str], int]:
    return {(unit, lot.id): lot.points for unit, purse in book.purses.items() for lot in purse.lots.values()}


def _differences(member: str, told: Totals, wanted: Totals) -> Totals:
    """What is to be posted, by unit and account. Order decides what expired, what the shop bears and what the member has; what was
    given, redeemed, moved or donated it does not. Raises Underivable where it seems to: something stepped in that no record tells of.
    """
    found = {key: wanted.get(key, 0) - told.get(key, 0) for key in sorted({*told, *wanted})}
    mine = (EXPIRED, LOSS, member_account(member))
    if any(amount and account not in mine for (_, account), amount in found.items()):
        raise Underivable("accounts")
    return {key: amount for key, amount in found.items() if amount}


def _stand(held: Any) -> tuple[object, ...]:
    return held.spent, held.back, held.state, held.lease.spent


class _Found(NamedTuple):
    """What one member's book is and what it is to be: by unit what was and what is, and what is to be posted."""

    before: Book
    derived: Book
    changes: dict[str, dict[str, Any]]
    differences: Totals


def _compared(
    database: peewee.Database, before: dict[str, Book], derived: dict[str, Book], then: dict[tuple[str, str, str], int]
) -> list[_Found]:
    """Those whose book is another one. Raises Underivable where it may not be; `then` is what had been posted before the beginning."""
    found = []
    for name, book in before.items():
        new = derived[name]
        _comparable(book, new)
        wanted = totals(new)
        for (member, unit, account), points in then.items():
            if member == name:
                wanted[unit, account] = wanted.get((unit, account), 0) + points
        differences = _differences(name, book_store.totals(database, name), wanted)
        changes = _changes(book, new)
        if changes or differences or book.late != new.late:
            found.append(_Found(book, new, changes, differences))
    return found


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


def _post(database: peewee.Database, found: list[_Found], why: tuple[Due, Moment]) -> None:
    """Write the books that are other ones: the lots as they are to be, what differs as postings, and each one's correction."""
    if not found:
        return
    due, now = why
    step = meta.count_up(database, "step")
    changed = [_changed(one, now, step) for one in found]
    members = book_store.save(database, changed, at=now.now_ms)
    feed.announce(database, members, feed.By(HUB, now.epoch, step))
    for one in found:
        # Without changes the sums are the same, and only what each late spend took of them was another.
        if one.changes:
            member = one.before.member
            made = Correction(
                member=member, step=step, till=due.till, inc=due.inc, seq=due.seq, at=now.now_ms, changes=one.changes
            )
            corrections.put(database, made)
            _log.info("corrected", extra={"member": member, "till": due.till, "inc": due.inc, "seq": due.seq})


def _changed(one: _Found, now: Moment, step: int) -> Change:
    after = one.before.copy()
    after.late = one.derived.late
    for unit in one.changes:
        new, mine = one.derived.purse(unit), after.purse(unit)
        mine.put(msgspec.structs.replace(lot, left=new.lots[lot.id].left) for lot in tuple(mine.lots.values()))
        mine.debt, mine.lapsed = new.debt, dict(new.lapsed)
    for (unit, account), amount in one.differences.items():
        after.entries.append(Numbered(HUB, now.epoch, step, Posting(account, unit, amount)))
    _adds_up(one.before, after)
    return Change(one.before, after)


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
