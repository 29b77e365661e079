"""A checkpoint of a merged pair's books: the merge is no record, so working them out anew begins just after it."""

from __future__ import annotations

import peewee

from sync.hub.book import Book
from sync.hub.store import aliases, checkpoints, events, journal
from sync.hub.store import books as book_store
from sync.hub.store.checkpoints import Checkpoint, Stood


def take(database: peewee.Database, heir: str, *, now_ms: int) -> None:
    """Keep the books of the heir and of all the heir stands for, as the caller's transaction has just written them.

    Who writes them holds them, so every record of theirs that was applied is within the marks; of those that will be, only what waits
    in quarantine is.
    """
    group = (heir, *aliases.merged_into(database, heir))
    books = book_store.load_whole(database, group)
    stood = tuple(_stood(books[name], book_store.totals(database, name)) for name in group)
    marks = tuple(events.marks(database, group))
    reach = {(till, inc): seq for till, inc, seq in marks}
    waited = tuple(key for key in journal.parked_keys(database) if key[2] <= reach.get(key[:2], 0))
    checkpoints.put(database, Checkpoint(member=heir, at=now_ms, marks=marks, books=stood, waited=waited))


def _stood(book: Book, totals: dict[tuple[str, str], int]) -> Stood:
    return Stood(
        member=book.member,
        purses=book.purses,
        leases=book.leases,
        late=tuple((*key, taken) for key, taken in sorted(book.late.items())),
        totals=tuple((*key, amount) for key, amount in sorted(totals.items())),
    )


def books_of(made: Checkpoint) -> dict[str, Book]:
    """The books, each knowing the heir and the others."""
    books = {
        one.member: Book(
            one.member,
            purses={unit: purse.copy() for unit, purse in one.purses.items()},
            leases=dict(one.leases),
            late={(sale, unit): taken for sale, unit, taken in one.late},
        )
        for one in made.books
    }
    for name, book in books.items():
        book.kin = {other: its for other, its in books.items() if other != name}
        book.heir = books[made.member] if name != made.member else None
    return books
