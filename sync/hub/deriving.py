"""A member's book worked out anew from all facts in canonical order, whatever order they arrived in. Pure.

Most of a book does not depend on order: lots are born whole, a spend names the lots it takes, a lease belongs to one till. What does is
what a claw-back or a late spend takes beyond its own lots, what then is debt or the shop's loss, and what had expired by then. A
lease stands whatever came before it: points it holds that an earlier fact took are put back, and what was taken is debt, settled from the rest.

Members who were merged are worked out together, from how the merge left them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from agent.loyalty.leases import Grant, Lease
from agent.loyalty.ledger import EXPIRED
from agent.loyalty.lot_rules import add_days
from agent.loyalty.lots import Lot, Part
from sync.hub.book import Book, HubLease
from sync.hub.ground import Ground, Unapplicable, day_of
from sync.hub.order import order_ms
from sync.hub.postings import Mover
from sync.wire import GotBody, Record

HUB = "hub"
Apply = Callable[[Book, Record, Any, Ground], None]


class Event(Struct, frozen=True):
    """One applied record of a member and where it stands; `step` applies it, as it did when it came."""

    order: int
    member: str
    record: Record
    step: Apply | None


class Underivable(Exception):
    """The facts in canonical order do not fit together: a till's clock ran backwards against the hub's, or a person stepped in."""


class Beginning(Struct, frozen=True, kw_only=True):
    """What stands before the first event: books, as of `day` ("" for none yet), and the grants the hub made since, by lease id."""

    books: dict[str, Book]
    grants: dict[str, HubLease] = {}
    day: str = ""


def derive(events: Sequence[Event], begin: Beginning, *, zone: str, day: str) -> dict[str, Book]:
    """The books that the events give, as of `day`; those of the beginning are changed in place. Raises Underivable."""
    books, at, waiting = begin.books, begin.day, dict(begin.grants)
    try:
        for event in events:
            today = day_of(order_ms(event.order), zone)
            _pass_days(books, at, today)
            at = max(at, today)
            ground = Ground(event.record.till, "", order_ms(event.order), zone)
            _apply(books[event.member], event, waiting, ground)
        for held in waiting.values():
            _lend(Mover(books[held.lease.grant.member], HUB, 0, 0, day), held)
    except (Unapplicable, ValueError, KeyError) as fault:
        raise Underivable(str(fault)) from fault
    _pass_days(books, at, day)
    return books


def _apply(book: Book, event: Event, waiting: dict[str, HubLease], ground: Ground) -> None:
    record = event.record
    if isinstance(record.body, GotBody):
        held = waiting.pop(record.body.grant.id, None)
        if held is not None:
            _lend(Mover(book, record.till, record.inc, record.seq, ground.day), held)
    elif event.step is not None:
        event.step(book, record, record.body, ground)


def _lend(mover: Mover, held: HubLease) -> None:
    """A grant as the hub made it. What it holds stays held: an earlier fact that took it is paid from elsewhere, or owed. What seems to have
    expired before had not: the hub granted it, and only its till's word of that stands so late.
    """
    grant = held.lease.grant
    purse = mover.book.purse(grant.unit)
    for part in grant.backing:
        lot = purse.lots[part.lot]
        lacking = max(0, part.points - (lot.left - purse.leased.get(lot.id, 0)))
        if lacking:
            expired = min(lacking, purse.lapsed.get(lot.id, 0))
            purse.put([msgspec.structs.replace(lot, left=lot.left + lacking)])
            purse.lapsed[lot.id] = purse.lapsed.get(lot.id, 0) - expired
            purse.debt += lacking - expired
            mover.post(grant.unit, expired, source=EXPIRED, target="member")
    purse.lease_out(Part(part.lot, part.points) for part in grant.backing)
    mover.book.leases[grant.id] = fresh(grant, held)
    mover.settle(grant.unit)


def fresh(grant: Grant, held: HubLease) -> HubLease:
    """A lease as it was when it was granted."""
    return HubLease(lease=Lease(grant=grant), inc=held.inc, at=held.at)


def _pass_days(books: Mapping[str, Book], before: str, until: str) -> None:
    """Let days go by: on each on which something expires or can be spent for the first time, the books are settled."""
    for book in books.values():
        # A merged member has nothing free.
        for unit, purse in sorted(book.purses.items()) if book.heir is None else ():
            for day in sorted(_turns(purse.lots.values(), before, until)):
                Mover(book, HUB, 0, 0, day).settle(unit)


def _turns(lots: Iterable[Lot], before: str, until: str) -> set[str]:
    """Days after `before`, up to `until`, on which one of the lots changes its standing."""
    days = {until}
    for lot in lots:
        days.add(lot.spendable_from)
        if lot.expires_on is not None:
            days.add(add_days(lot.expires_on, 1))
    return {day for day in days if before < day <= until}


def totals(book: Book) -> dict[tuple[str, str], int]:
    """What all postings of a book come to, by unit and account."""
    sums: dict[tuple[str, str], int] = {}
    for entry in book.entries:
        key = entry.posting.unit, entry.posting.account
        sums[key] = sums.get(key, 0) + entry.posting.amount
    return sums


def opening(member: str, lots: Iterable[Lot], born: Iterable[str]) -> Book:
    """A book before any record: lots that no record gave (imported), whole again."""
    given, book = set(born), Book(member)
    for lot in lots:
        if lot.id not in given:
            Mover(book, HUB, 0, 0, "").bear(msgspec.structs.replace(lot, left=lot.points))
    return book
