"""Many members at once, for the import: inserts that leave what is there as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import peewee

from sync.hub.store import bulk
from sync.hub.store.stage import Person


class Opening(NamedTuple):
    """Points a member brings along."""

    member: str
    unit: str
    lot: str
    points: int
    expires_on: str | None


CARD_INDEX = "CREATE INDEX IF NOT EXISTS card_hmac ON card (hmac)"


def spare_memory(database: peewee.Database) -> None:
    """Sort on disk from now on: an index over millions of cards is made outside of a transaction's memory."""
    if isinstance(database, peewee.SqliteDatabase):
        database.execute_sql("PRAGMA temp_store = file")


def unindex_cards(database: peewee.Database) -> None:
    """Do without the look-up by card while very many are written; the hub makes it again when it opens, if nobody did before.

    A server keeps it: to drop it would stop everybody else.
    """
    if isinstance(database, peewee.SqliteDatabase):
        database.execute_sql("DROP INDEX IF EXISTS card_hmac")


def index_cards(database: peewee.Database) -> None:
    """Make the look-up by card where it is not there."""
    if isinstance(database, peewee.SqliteDatabase):
        database.execute_sql(CARD_INDEX)


def known(database: peewee.Database, members: Sequence[str]) -> set[str]:
    """Which of these the hub has."""
    found: set[str] = set()
    for chunk in bulk.chunks(members):
        sql = f"SELECT member FROM member WHERE member IN ({bulk.marks(chunk)})"  # noqa: S608 - marks only
        found.update(row[0] for row in database.execute_sql(sql, chunk).fetchall())
    return found


def size(database: peewee.Database) -> int:
    """How many members the hub has; reads the whole table."""
    return int(database.execute_sql("SELECT count(*) FROM member").fetchone()[0])


def with_lot(database: peewee.Database, members: Sequence[str], unit: str, lot: str) -> set[str]:
    """Which of these have this lot."""
    found: set[str] = set()
    for chunk in bulk.chunks(members):
        sql = f"SELECT member FROM lot WHERE unit = ? AND lot = ? AND member IN ({bulk.marks(chunk)})"  # noqa: S608 - marks only
        found.update(row[0] for row in database.execute_sql(sql, [unit, lot, *chunk]).fetchall())
    return found


def add_members(database: peewee.Database, people: Sequence[Person], *, joined: str, at: int) -> None:
    """Members and their cards; who is there keeps what is known of him."""
    bulk.insert(
        database,
        "member",
        "member, status, tier, name, masked, birthday, joined, added",
        [(p.member, "active", p.tier, p.name, p.masked, p.birthday, joined, at) for p in people],
        known="NOTHING",
    )
    named = [(p.member, hmac, kind) for p in people for hmac, kind in ((p.card, "card"), (p.phone, "phone")) if hmac]
    bulk.insert(database, "card", "member, hmac, kind", named, known="NOTHING")


def add_lots(database: peewee.Database, lots: Sequence[Opening], *, born: int) -> None:
    """New lots that can be spent at once, and their accounts."""
    bulk.insert(
        database,
        "lot",
        "member, unit, lot, points, remaining, leased, lapsed, unbacked, unborn, born, spendable_from, expires_on",
        [(lot.member, lot.unit, lot.lot, lot.points, lot.points, 0, 0, 0, 0, born, "", lot.expires_on) for lot in lots],
    )
    accounts = [(lot.member, lot.unit, 0, 0, 0) for lot in lots]
    bulk.insert(database, "account", "member, unit, posted, leased, debt", accounts, known="NOTHING")
    given = [(lot.member, lot.unit, lot.points) for lot in lots]
    bulk.add(database, "account", given, keys="member, unit", deltas="posted")


def add_entries(database: peewee.Database, entries: Sequence[Sequence[Any]]) -> None:
    bulk.insert(database, "entry", "member, till, inc, seq, n, unit, account, amount", entries)
