"""Books as they stood when something happened to them that no record tells of: where working them out anew begins."""

from __future__ import annotations

import msgspec
import peewee
from msgspec import Struct

from sync.hub.book import HubLease, Purse, Taken


class Stood(Struct, frozen=True, kw_only=True):
    """One member's book. `late` is (sale, unit, what it took), `totals` what all postings came to: (unit, account, amount)."""

    member: str
    purses: dict[str, Purse] = {}
    leases: dict[str, HubLease] = {}
    late: tuple[tuple[str, str, tuple[Taken, ...]], ...] = ()
    totals: tuple[tuple[str, str, int], ...] = ()


class Checkpoint(Struct, frozen=True, kw_only=True):
    """The books of a member and of those merged into them. `at` is UTC ms; `marks` say which of their records are in them: (till,
    incarnation, seq), save those that waited then.
    """

    member: str
    at: int
    marks: tuple[tuple[str, int, int], ...]
    books: tuple[Stood, ...]
    waited: tuple[tuple[str, int, int], ...] = ()


_decoder = msgspec.json.Decoder(Checkpoint)


def put(database: peewee.Database, made: Checkpoint) -> None:
    """Keep one, in the place of the one before."""
    drop(database, made.member)
    text = msgspec.json.encode(made).decode()
    database.execute_sql("INSERT INTO checkpoint (member, at, books) VALUES (?, ?, ?)", (made.member, made.at, text))


def find(database: peewee.Database, member: str) -> Checkpoint | None:
    row = database.execute_sql("SELECT books FROM checkpoint WHERE member = ?", (member,)).fetchone()
    return _decoder.decode(row[0]) if row else None


def drop(database: peewee.Database, member: str) -> None:
    database.execute_sql("DELETE FROM checkpoint WHERE member = ?", (member,))
