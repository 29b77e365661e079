"""The journal: append-only, gapless, hash-chained; at once the outbox of sync. Runs on the writing connection."""

from __future__ import annotations

from collections.abc import Iterator

import peewee

from agent.errors import TooLarge
from agent.rows import Stored, Tail, place, position
from sync import chain, wire


class Journal:
    """Appends records and reads them back; the tail is kept in memory and re-read after a rollback."""

    def __init__(self, database: peewee.SqliteDatabase, till: str) -> None:
        self._database = database
        self._till = till
        self.tail = Tail(0, 0, wire.GENESIS, 0)
        self.reload()

    def reload(self) -> None:
        """Take the tail from the disk: at start, and after a transaction that came to nothing."""
        row = self._database.execute_sql("SELECT n, line, hash FROM journal ORDER BY n DESC LIMIT 1").fetchone()
        if row is None:
            self.tail = Tail(0, 0, wire.GENESIS, 0)
            return
        inc, seq = place(row[0])
        self.tail = Tail(inc, seq, row[2], wire.decode(bytes(row[1])).hlc)

    def append(self, body: wire.AnyBody, *, at: int, id: str, trusted: bool = True) -> Stored:
        """Write the next record inside the caller's transaction. `at` is UTC ms. Raises TooLarge over 1 MiB."""
        tail = self.tail
        inc, seq, prev = tail.inc, tail.seq + 1, tail.hash
        if isinstance(body, wire.BootBody):
            # The chain runs on over incarnations, so that a former one cannot be cut off unseen.
            inc, seq = tail.inc + 1, 1
        record = wire.Record(
            v=wire.VERSION,
            till=self._till,
            inc=inc,
            seq=seq,
            id=id,
            at=at,
            hlc=chain.hlc_tick(tail.hlc, at),
            clock="trusted" if trusted else "untrusted",
            body=body,
        )
        line = wire.encode(record)
        if len(line) > wire.RECORD_BYTES:
            raise TooLarge(what="record", limit=wire.RECORD_BYTES, found=len(line))
        digest = chain.link(prev, line, seq=seq, inc=inc)
        kind = str(type(body).__struct_config__.tag)
        self._database.execute_sql(
            "INSERT INTO journal (n, kind, line, hash) VALUES (?, ?, ?, ?)", (position(inc, seq), kind, line, digest)
        )
        self.tail = Tail(inc, seq, digest, record.hlc)
        return Stored(inc, seq, kind, line, digest)

    def read(self, n: int) -> Stored | None:
        """The record at a position."""
        row = self._database.execute_sql("SELECT n, kind, line, hash FROM journal WHERE n = ?", (n,)).fetchone()
        return _stored(row) if row else None

    def after(self, n: int, limit: int) -> list[Stored]:
        """Up to `limit` records behind position `n`, in order."""
        rows = self._database.execute_sql(
            "SELECT n, kind, line, hash FROM journal WHERE n > ? ORDER BY n LIMIT ?", (n, limit)
        )
        return [_stored(row) for row in rows.fetchall()]

    def all(self) -> Iterator[Stored]:
        """Every record, streamed; for `journal verify`."""
        n = -1
        while rows := self.after(n, 500):
            yield from rows
            n = position(rows[-1].inc, rows[-1].seq)

    def hash_at(self, n: int) -> str:
        """The chain's hash after everything up to position `n`; GENESIS before the first record."""
        row = self._database.execute_sql(
            "SELECT hash FROM journal WHERE n <= ? ORDER BY n DESC LIMIT 1", (n,)
        ).fetchone()
        return str(row[0]) if row else wire.GENESIS


def _stored(row: tuple[int, str, bytes, str]) -> Stored:
    inc, seq = place(row[0])
    return Stored(inc, seq, row[1], bytes(row[2]), row[3])
