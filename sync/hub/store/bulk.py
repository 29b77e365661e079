"""Many rows at once: the dialect points of the hub's SQL. Rows are sorted by the caller, so that locks are taken in one order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import peewee

CHUNK = 500
"""Rows a statement; with up to 10 columns far below SQLite's 32,766 parameters."""

Rows = Sequence[Sequence[Any]]
T = TypeVar("T")


def insert(database: peewee.SqliteDatabase, table: str, columns: str, rows: Rows, *, known: str = "") -> None:
    """Insert rows; `known` is what to do with those whose key is there: "" is an error, "NOTHING" leaves them."""
    if not rows:
        return
    marks = ", ".join("?" * len(rows[0]))
    sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - names come from this package
    if known:
        sql += f" ON CONFLICT DO {known}"
    database.cursor().executemany(sql, rows)


def add(database: peewee.SqliteDatabase, table: str, rows: Rows, *, keys: str, deltas: str) -> None:
    """Add each row's deltas to the columns of the row with its keys: one UPDATE ... FROM (VALUES ...) a chunk."""
    key_names, delta_names = keys.split(", "), deltas.split(", ")
    columns = ", ".join(f"v{n}" for n in range(len(key_names) + len(delta_names)))
    found = " AND ".join(f"{table}.{name} = v.v{n}" for n, name in enumerate(key_names))
    changes = ", ".join(f"{name} = {table}.{name} + v.v{n}" for n, name in enumerate(delta_names, len(key_names)))
    for chunk in chunks(rows):
        marks = ", ".join("(" + ", ".join("?" * len(row)) + ")" for row in chunk)
        sql = (
            f"WITH v({columns}) AS (VALUES {marks})"  # noqa: S608 - names come from this package, values are parameters
            f" UPDATE {table} SET {changes} FROM v WHERE {found}"
        )
        database.execute_sql(sql, [value for row in chunk for value in row])


def chunks(rows: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def marks(values: Iterable[Any]) -> str:
    """As many question marks; an empty list gives one NULL, which no key equals."""
    return ", ".join("?" for _ in values) or "NULL"
