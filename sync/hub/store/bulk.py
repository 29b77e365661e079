"""Many rows at once: the dialect points of the hub's SQL, and there are three: bulk insert, bulk values, lock.

Rows are sorted by the caller, so that locks are taken in one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import peewee

from sync.hub.store.server import Server

CHUNK = 500
"""Rows a statement; with up to 10 columns far below SQLite's 32,766 parameters."""
COPY_FROM = 20
"""Fewer rows go to a server by INSERT."""

Rows = Sequence[Sequence[Any]]
T = TypeVar("T")


def insert(database: peewee.Database, table: str, columns: str, rows: Rows, *, known: str = "") -> None:
    """Insert rows; `known` is what to do with those whose key is there: "" is an error, "NOTHING" leaves them."""
    if not rows:
        return
    if isinstance(database, Server) and len(rows) >= COPY_FROM and not known:
        database.copy(table, columns, rows)
        return
    marks = ", ".join("?" * len(rows[0]))
    sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - names come from this package
    if known:
        sql += f" ON CONFLICT DO {known}"
    many(database, sql, rows)


def many(database: peewee.Database, sql: str, rows: Rows) -> None:
    """One statement for each row."""
    if not rows:
        return
    if isinstance(database, Server):
        database.many(sql, rows)
    else:
        database.cursor().executemany(sql, rows)


def add(database: peewee.Database, table: str, rows: Rows, *, keys: str, deltas: str) -> None:
    """Add each row's deltas to the columns of the row with its keys (texts or integers): one UPDATE ... FROM (VALUES ...) a chunk."""
    key_names, delta_names = keys.split(", "), deltas.split(", ")
    columns = ", ".join(f"v{n}" for n in range(len(key_names) + len(delta_names)))
    found = " AND ".join(f"{table}.{name} = v.v{n}" for n, name in enumerate(key_names))
    changes = ", ".join(f"{name} = {table}.{name} + v.v{n}" for n, name in enumerate(delta_names, len(key_names)))
    # A server takes the columns' types from the first row; SQLite does not mind being told.
    types = ["BIGINT" if isinstance(value, int) else "TEXT" for value in rows[0]] if rows else []
    typed = "(" + ", ".join(f"CAST(? AS {name})" for name in types) + ")"
    plain = ", (" + ", ".join("?" * len(types)) + ")"
    for chunk in chunks(rows):
        sql = (
            f"WITH v({columns}) AS (VALUES {typed}{plain * (len(chunk) - 1)})"  # noqa: S608 - names come from this package, values are parameters
            f" UPDATE {table} SET {changes} FROM v WHERE {found}"
        )
        database.execute_sql(sql, [value for row in chunk for value in row])


def lock(
    database: peewee.Database, table: str, key: str, values: Sequence[str], *, member: str | None = None
) -> set[str]:
    """Hold the rows with these keys until the step ends, one key at a time in the order given; returns the keys that are there. `member` is
    whose rows, where a table has them by member first.

    A file's step holds all of it, so nothing is asked there and all keys are returned.
    """
    if not isinstance(database, Server) or not values:
        return set(values)
    where, first = (f"{key} = ?", ()) if member is None else (f"member = ? AND {key} = ?", (member,))
    sql = f"SELECT {key} FROM {table} WHERE {where} FOR UPDATE"  # noqa: S608 - names come from this package
    return {str(row[0]) for row in database.each(sql, [(*first, value) for value in values])}


def chunks(rows: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def marks(values: Iterable[Any]) -> str:
    """As many question marks; an empty list gives one NULL, which no key equals."""
    return ", ".join("?" for _ in values) or "NULL"
