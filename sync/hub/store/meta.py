"""The hub's own few facts: epoch, keys, counters. Runs inside the caller's transaction when it writes."""

from __future__ import annotations

import peewee


def read(database: peewee.SqliteDatabase, name: str) -> str | None:
    row = database.execute_sql("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else None


def write(database: peewee.SqliteDatabase, name: str, value: str) -> None:
    database.execute_sql(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def count_up(database: peewee.SqliteDatabase, name: str) -> int:
    """The next number of a counter, from 1; gapless, since it is part of the transaction that uses it."""
    number = int(read(database, name) or 0) + 1
    write(database, name, str(number))
    return number
