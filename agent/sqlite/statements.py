"""Single statements on one connection, with errors in our words and rows already fetched."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator, Sequence
from typing import Any, NoReturn

import peewee

from agent.sqlite.faults import named
from agent.sqlite.opening import path_of

Row = tuple[Any, ...]
_ERRORS = (peewee.DatabaseError, sqlite3.DatabaseError)


class Statements:
    """Runs SQL; each method raises CorruptDatabase, StorageFull, StorageBroken or Unavailable where SQLite says so.

    Rows are fetched before a method returns: SQLite reads pages as rows are asked for, so damage shows there.
    """

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self.database = database
        self.path = path_of(database)
        connection = database.connection()
        # Past peewee's layers where the driver is the plain one: a fifth of a sale's time went there, and the errors are told below.
        self._execute = connection.execute if isinstance(connection, sqlite3.Connection) else database.execute_sql

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """A statement that gives no rows; how many it changed."""
        try:
            return int(self._execute(sql, values).rowcount)
        except _ERRORS as error:
            self._tell(error)

    def one(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row."""
        try:
            row: Row | None = self._execute(sql, values).fetchone()
        except _ERRORS as error:
            self._tell(error)
        return row

    def all(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        try:
            rows: list[Row] = self._execute(sql, values).fetchall()
        except _ERRORS as error:
            self._tell(error)
        return rows

    def each(self, sql: str, values: Sequence[object] = ()) -> Generator[Row, None, None]:
        """Rows one by one, however many; the connection has an open read until the last one."""
        try:
            for row in self._execute(sql, values):  # noqa: UP028 - `yield from` closes the cursor late, after its connection
                yield row
        except _ERRORS as error:
            self._tell(error)

    def upto(self, sql: str, values: Sequence[object] = (), *, size_bytes: int, column: int) -> list[Row]:
        """The first rows whose `column`s together stay within `size_bytes`, at least one where there is any."""
        rows: list[Row] = []
        with contextlib.closing(self.each(sql, values)) as found:
            for row in found:
                size_bytes -= len(row[column])
                if rows and size_bytes < 0:
                    break
                rows.append(row)
        return rows

    def _tell(self, error: Exception) -> NoReturn:
        found = named(error, self.path)
        if found is not error:
            raise found from error
        if isinstance(error, sqlite3.Error):
            # A bug, a broken key: by the name peewee gives it, whatever the driver.
            raise getattr(peewee, type(error).__name__, peewee.DatabaseError)(*error.args) from error
        raise error
