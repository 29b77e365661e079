"""The fill's SQLite file as the hub writes it: members in the order of their keys, then the handles in theirs, every page full."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Self

import peewee

from agent.sqlite import storage_errors, transaction
from sync.fill import PAGE_BYTES, VERSION, Words, handles_of, pack, pack_name, shortened
from sync.wire import MemberState

_PRAGMAS = {
    "page_size": PAGE_BYTES, "journal_mode": "off", "synchronous": "off", "temp_store": "file", "cache_size": -8_000
}  # fmt: skip
_SCHEMA = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE word (n INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    "CREATE TABLE mark (till TEXT NOT NULL, inc INTEGER NOT NULL, wm INTEGER NOT NULL, PRIMARY KEY (till, inc)) WITHOUT ROWID",
    "CREATE TABLE member (id PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE handle (hmac, member, PRIMARY KEY (hmac, member)) WITHOUT ROWID",
    "CREATE TEMP TABLE loose (hmac, member)",
)


def names_after(database: peewee.Database, member: str, limit: int) -> list[str]:
    """The next members, known by a profile or by an account only, in the order of their names."""
    # Each half stops at its limit by its own key: neither engine reads a whole table for a page.
    rows = database.execute_sql(
        "SELECT member FROM (SELECT member FROM member WHERE member > ? ORDER BY member LIMIT ?) AS m"
        " UNION SELECT member FROM (SELECT DISTINCT member FROM account WHERE member > ? ORDER BY member LIMIT ?) AS a"
        " ORDER BY 1 LIMIT ?",
        (member, limit, member, limit, limit),
    ).fetchall()
    return [str(row[0]) for row in rows]


def marks(database: peewee.Database) -> list[tuple[str, int, int]]:
    """(till, inc, wm): which records of every till are in the members' states."""
    rows = database.execute_sql("SELECT till, inc, wm FROM watermark ORDER BY till, inc").fetchall()
    return [(str(till), int(inc), int(wm)) for till, inc, wm in rows]


class Snapshot:
    """A file being written at `path`; nothing of it is worth anything before `close`. Raises the storage errors."""

    def __init__(self, path: str, words: Words) -> None:
        self._path = path
        self._words = words
        self._database = peewee.SqliteDatabase(path, pragmas=_PRAGMAS, autoconnect=False, thread_safe=False)
        self.members = 0

    def __enter__(self) -> Self:
        with storage_errors(self._path):
            self._database.connect()
            for statement in _SCHEMA:
                self._database.execute_sql(statement)
        return self

    def add(self, states: Iterable[MemberState]) -> None:
        """Members in ascending order of their ids."""
        rows, handles = [], []
        for state in states:
            key = pack_name(state.member)
            rows.append((key, pack(state, self._words)))
            handles += [(shortened(pack_name(handle)), shortened(key)) for handle in set(handles_of(state))]
        self.members += len(rows)
        with transaction(self._database):
            cursor = self._database.cursor()
            cursor.executemany("INSERT INTO member VALUES (?, ?)", rows)
            cursor.executemany("INSERT INTO loose VALUES (?, ?)", handles)

    def finish(self, meta: Mapping[str, str], marks: Iterable[tuple[str, int, int]], target: str) -> None:
        """Write the rest, and the whole in full pages to `target`."""
        with transaction(self._database):
            cursor = self._database.cursor()
            # Two handles of a member that begin alike are one row.
            cursor.execute("INSERT OR IGNORE INTO handle SELECT hmac, member FROM loose ORDER BY hmac, member")
            cursor.executemany("INSERT INTO word VALUES (?, ?)", enumerate(self._words.texts))
            cursor.executemany("INSERT INTO mark VALUES (?, ?, ?)", marks)
            told = {**meta, "version": str(VERSION), "members": str(self.members)}
            cursor.executemany("INSERT INTO meta VALUES (?, ?)", sorted(told.items()))
        with storage_errors(self._path):
            self._database.execute_sql("VACUUM INTO ?", (target,))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)


def pages(path: str) -> Iterator[bytes]:
    """A file page by page."""
    with open(path, "rb") as file:
        while page := file.read(PAGE_BYTES):
            yield page
