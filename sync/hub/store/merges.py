"""Merges that a restored database has forgotten, until they are made again: what survives a hub that stops meanwhile."""

from __future__ import annotations

from collections.abc import Iterable

import peewee

from sync.hub.store import bulk
from sync.hub.store.aliases import Merge

_COLUMNS = "member, target, at, reason"


def put(database: peewee.Database, merges: Iterable[Merge]) -> None:
    """Wait with these, and with none of a recovery before."""
    database.execute_sql("DELETE FROM merge_due")
    rows = sorted((one.member, one.target, one.at, one.reason) for one in merges)
    bulk.insert(database, "merge_due", _COLUMNS, rows)


def due(database: peewee.Database, limit: int) -> list[Merge]:
    """The next ones, in the order in which people made them."""
    sql = f"SELECT {_COLUMNS} FROM merge_due ORDER BY at, member LIMIT ?"  # noqa: S608 - constant
    return [Merge(*row) for row in database.execute_sql(sql, (limit,)).fetchall()]


def done(database: peewee.Database, merges: Iterable[Merge]) -> None:
    bulk.many(database, "DELETE FROM merge_due WHERE member = ?", [(one.member,) for one in merges])


def left(database: peewee.Database) -> int:
    """How many wait."""
    return int(database.execute_sql("SELECT count(*) FROM merge_due").fetchone()[0])
