"""A temporary table on disk that brings imported members into the order of their keys.

Keys are hashes: written in the file's order, every batch would touch every page of every table; in key order each page is
written once. The file has no name and is gone with the process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import peewee

_COLUMNS = "member, card, phone, masked, name, tier, birthday, points, expires"
_NAMELESS = "file:"
"""An empty path: SQLite makes a file in the temporary folder and unlinks it at once."""
_PRAGMAS = {"journal_mode": "off", "synchronous": "off", "temp_store": "file", "cache_size": -16_000}


class Person(NamedTuple):
    """A row of the file under its keyed names."""

    member: str
    card: str | None
    phone: str | None
    masked: str
    name: str
    tier: str | None
    birthday: str | None
    points: int
    expires: str | None


class Stage:
    """Holds people until all are there, then gives them back sorted by member."""

    def __init__(self) -> None:
        self._database = peewee.SqliteDatabase(
            _NAMELESS, pragmas=_PRAGMAS, autoconnect=False, thread_safe=False, uri=True
        )
        self._database.connect()
        self._database.execute_sql(f"CREATE TABLE person ({_COLUMNS})")

    def add(self, people: Sequence[Person]) -> None:
        with self._database.atomic():
            self._database.cursor().executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", people)

    def batches(self, size: int) -> Iterator[list[Person]]:
        """All of them by member, `size` at a time."""
        rows = self._database.execute_sql(f"SELECT {_COLUMNS} FROM person ORDER BY member")  # noqa: S608 - constant
        with contextlib.closing(rows):
            while batch := rows.fetchmany(size):
                yield [Person(*row) for row in batch]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()
