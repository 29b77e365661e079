"""What is new for one till since its cursor: members as they are now, the programme when it changed, leases to give back.

A state is read in the same snapshot as the revision it answers for, so it is never older than its `rev`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import peewee
from msgspec import Struct

from sync.hub.book import Book, HubLease
from sync.hub.keys import links
from sync.hub.store import books, feed, journal, programmes
from sync.wire import Changes, MemberState

PAGE = 500
"""Members an answer."""
_CURSOR = re.compile(r"(\d{1,18}):(\d{1,18}):(\d{1,18})", re.ASCII)


class Cursor(Struct, frozen=True):
    """How far a till has read; opaque to it."""

    epoch: int
    rev: int = 0
    programme: int = 0

    def __str__(self) -> str:
        return f"{self.epoch}:{self.rev}:{self.programme}"


def cursor_of(text: str, epoch: int) -> Cursor:
    """The cursor a till shows; one of another epoch, or no cursor at all, begins from the start, which loses nothing."""
    found = _CURSOR.fullmatch(text)
    if not found or int(found[1]) != epoch:
        return Cursor(epoch)
    return Cursor(*(int(number) for number in found.groups()))


def since(database: peewee.Database, text: str, *, till: str, epoch: int, now_ms: int, limit: int = PAGE) -> Changes:
    """A page of changes. Call inside one read snapshot. Raises feed.FeedGap when the feed lost a row."""
    cursor = cursor_of(text, epoch)
    last = feed.last(database)
    # A cursor beyond the feed was not given by this database: begin again rather than miss what comes.
    rev = cursor.rev if cursor.rev <= last else 0
    rows = feed.after(database, rev, limit)
    newest = {row.member: row.rev for row in rows}
    published = programmes.newest(database) if programmes.serial(database) > cursor.programme else None
    end = rows[-1].rev if rows else rev
    after = Cursor(epoch, end, published.serial if published else cursor.programme)
    return Changes(
        cursor=str(after),
        members=tuple(states(database, newest, till)) if newest else (),
        programme=published.text if published else None,
        programme_signature=published.signature if published else "",
        revokes=_asked_back(database, rows, till),
        more=end < last,
        at=now_ms,
        keys=links(database),
    )


News = Literal["", "members", "pressing"]


def moved(database: peewee.Database, text: str, *, epoch: int) -> News:
    """What `since` would have to say: "pressing" with a programme, a lease asked back of whichever till, or more than a page."""
    cursor = cursor_of(text, epoch)
    last = feed.last(database)
    if programmes.serial(database) > cursor.programme or last < cursor.rev or last - cursor.rev > PAGE:
        return "pressing"
    if last == cursor.rev:
        return ""
    return "pressing" if any(row.recalls for row in feed.after(database, cursor.rev, PAGE)) else "members"


def _asked_back(database: peewee.Database, rows: Iterable[feed.Row], till: str) -> tuple[str, ...]:
    """The till's own leases among those the rows recall, unless they ended meanwhile."""
    asked = {lease: row.member for row in rows for lease in row.recalls}
    if not asked:
        return ()
    held = books.load(database, asked.values(), leases=asked)
    return tuple(lease for lease, member in asked.items() if _still(held[member].leases.get(lease), till))


def _still(held: HubLease | None, till: str) -> bool:
    return held is not None and held.lease.grant.till == till and held.state in ("open", "released")


def states(database: peewee.Database, revs: dict[str, int], till: str) -> Iterable[MemberState]:
    """Members as tills may know them, in order of rev; `applied` says which of the asking till's records are in them."""
    applied = {f"{till}/{inc}": wm for inc, wm in journal.marks(database, till).items()}
    found = books.load(database, revs)
    for member, rev in sorted(revs.items(), key=lambda item: item[1]):
        yield _state(found[member], rev, applied)


def _state(book: Book, rev: int, applied: dict[str, int]) -> MemberState:
    profile, cards = book.profile, {} if book.heir else book.cards
    purses = sorted(book.purses.items())
    return MemberState(
        member=book.member,
        rev=rev,
        status=profile.status if profile else "unknown",
        into=book.heir.member if book.heir else None,
        tier=profile.tier if profile else None,
        name=profile.name if profile else "",
        masked=profile.masked if profile else "",
        birthday=profile.birthday if profile else None,
        joined=profile.joined if profile else None,
        cards=tuple(hmac for hmac, kind in cards.items() if kind == "card"),
        phone=next((hmac for hmac, kind in cards.items() if kind == "phone"), None),
        lots=tuple(lot for _, purse in purses for lot in purse.lots.values() if lot.left),
        leased={unit: purse.held for unit, purse in purses if purse.held},
        debt={unit: purse.owed for unit, purse in purses if purse.owed},
        applied=applied,
    )
