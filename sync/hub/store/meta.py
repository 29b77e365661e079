"""The hub's own few facts: epoch, keys, counters. Runs inside the caller's transaction when it writes."""

from __future__ import annotations

import peewee

from sync.hub.store import bulk


def read(database: peewee.Database, name: str, *, lock: bool = False) -> str | None:
    """A fact, or None; with `lock` nobody else changes it until the caller's step ends."""
    if lock:
        bulk.lock(database, "meta", "name", [name])
    row = database.execute_sql("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else None


def write(database: peewee.Database, name: str, value: str) -> None:
    database.execute_sql(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def count_up(database: peewee.Database, name: str) -> int:
    """The next number of a counter, from 1; gapless, since it is part of the transaction that uses it."""
    row = database.execute_sql(
        "INSERT INTO meta (name, value) VALUES (?, '1')"
        " ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT) RETURNING value",
        (name,),
    ).fetchone()
    return int(row[0])
