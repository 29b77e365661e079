"""Looking at a till's journal beside the running till: read-only, one moment of it, nothing held back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from agent.errors import CorruptDatabase
from agent.rows import MAX_SEQ, Stored, place, position
from agent.sqlite import Row, Statements, open_database
from agent.store.settings import Meta

_ROW = "SELECT n, kind, CAST(line AS BLOB), hash FROM journal"


@contextlib.contextmanager
def reading(path: str) -> Iterator[Statements]:
    """Statements on one moment of a till's database, however long it takes and whatever is sold meanwhile.

    Raises CorruptDatabase (damaged, or no till's), StorageBroken (cannot be opened).
    """
    database = open_database(path, readonly=True)
    try:
        sql = Statements(database)
        if sql.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'journal'") is None:
            raise CorruptDatabase(path=path, problem="there is no journal in this file")
        sql.run("BEGIN")
        yield sql
    finally:
        database.close()


class JournalReader:
    """Records and the mark up to which the hub has confirmed them."""

    def __init__(self, sql: Statements) -> None:
        self._sql = sql

    def after(self, n: int) -> Iterator[Stored]:
        """Every record behind a position, streamed."""
        return (_stored(row) for row in self._sql.each(f"{_ROW} WHERE n > ? ORDER BY n", (n,)))

    def acked(self) -> int:
        """Position up to which the hub has everything. Raises CorruptDatabase when the mark is no number."""
        text = Meta(self._sql.database).get("acked", "0")
        if not (text.isascii() and text.isdecimal()):
            raise CorruptDatabase(path=self._sql.path, problem=f"acked: {text[:40]!r}")
        return int(text)

    def find(self, seq: int, inc: int | None = None) -> Stored | None:
        """A record by its number, of the newest incarnation that has it unless `inc` names one."""
        if inc is not None:
            row = self._sql.one(f"{_ROW} WHERE n = ?", (position(inc, seq),))
            return _stored(row) if row else None
        row = self._sql.one(f"{_ROW} WHERE n & {MAX_SEQ} = ? ORDER BY n DESC LIMIT 1", (seq,))
        return _stored(row) if row else None


def _stored(row: Row) -> Stored:
    inc, seq = place(row[0])
    return Stored(inc, seq, row[1], bytes(row[2]), row[3])
