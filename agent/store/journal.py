"""The journal: append-only, gapless, hash-chained; at once the outbox of sync. Runs on the writing connection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec
import peewee

from agent.errors import CorruptDatabase, TooLarge
from agent.rows import MAX_INC, Stored, Tail, place, position
from agent.sqlite import Row, Statements, in_transaction
from agent.store.settings import Meta
from sync import chain, wire

ANCHOR = "journal_anchor"
"""Key of `meta`: position and hash of the last record that was pruned."""
BATCH = 500
BATCH_BYTES = 2 * 1024 * 1024
_ANCHOR = re.compile(r"([0-9]{1,18}) ([0-9a-f]{64})")
_ROW = "SELECT n, kind, CAST(line AS BLOB), hash FROM journal"


class Journal:
    """Appends records and reads them back; the tail is kept in memory and put back when a transaction comes to nothing."""

    def __init__(self, database: peewee.SqliteDatabase, till: str) -> None:
        """Raises CorruptDatabase when the last record does not fit its hash."""
        self._sql = Statements(database)
        self._meta = Meta(database)
        self._till = till
        self.tail = Tail(0, 0, wire.GENESIS, 0)
        self.reload()

    def reload(self) -> None:
        """Take the tail from the disk: at start, and when another connection has written. Raises CorruptDatabase."""
        row = self._sql.one(f"{_ROW} ORDER BY n DESC LIMIT 1")
        if row is None:
            n, hash_ = anchor(self._sql)
            self.tail = Tail(*place(n), hash_, 0)
            return
        last = _stored(row)
        n = row[0]
        try:
            fits = chain.link(self.hash_at(n - 1), last.line, seq=last.seq, inc=last.inc) == last.hash
            hlc = wire.decode(last.line).hlc
        except (ValueError, msgspec.MsgspecError):
            fits, hlc = False, 0
        if not fits:
            raise CorruptDatabase("journal-broken", path=self._sql.path, seq=last.seq, inc=last.inc)
        self.tail = Tail(last.inc, last.seq, last.hash, hlc)

    def append(self, body: wire.AnyBody, *, at: int, id: str, trusted: bool = True, above: int = 0) -> Stored:
        """Write the next record inside the caller's transaction. `at` is UTC ms. Raises TooLarge over 1 MiB.

        A boot record begins an incarnation, higher than `above`: the highest the hub has seen of this till, whose records a
        restored disk may not know.
        """
        if not in_transaction(self._sql.database):
            raise RuntimeError("a record is written together with what it says")
        tail = self.tail
        inc, seq, prev = tail.inc, tail.seq + 1, tail.hash
        if isinstance(body, wire.BootBody):
            # The chain runs on over incarnations, so that a former one cannot be cut off unseen.
            inc, seq = max(tail.inc, above) + 1, 1
            if inc > MAX_INC:
                raise TooLarge(what="incarnation", limit=MAX_INC, found=inc)
        elif not inc:
            raise RuntimeError("a journal begins with a boot record")
        record = wire.Record(
            v=wire.VERSION,
            till=self._till,
            inc=inc,
            seq=seq,
            id=id,
            at=at,
            # A clock that stands in the year 2100 must not pull the order of all later records with it.
            hlc=chain.hlc_tick(tail.hlc, at if trusted else 0),
            clock="trusted" if trusted else "untrusted",
            body=body,
        )
        line = wire.encode(record)
        if len(line) > wire.RECORD_BYTES:
            raise TooLarge(what="record", limit_bytes=wire.RECORD_BYTES, found=len(line))
        digest = chain.link(prev, line, seq=seq, inc=inc)
        kind = str(type(body).__struct_config__.tag)
        self._sql.run(
            "INSERT INTO journal (n, kind, line, hash) VALUES (?, ?, ?, ?)", (position(inc, seq), kind, line, digest)
        )
        self.tail = Tail(inc, seq, digest, record.hlc)
        return Stored(inc, seq, kind, line, digest)

    def hear(self, told_ms: int, *, now_ms: int) -> None:
        """The hub's time, as it said it (UTC ms): what is written from here on stands behind whatever the hub did until then.

        Call it in the transaction that writes what came of it. A word far ahead of our own clock is not followed.
        """
        if told_ms <= now_ms + chain.AHEAD_MS:
            self.tail = msgspec.structs.replace(self.tail, hlc=max(self.tail.hlc, chain.hlc_of(told_ms)))

    def read(self, n: int) -> Stored | None:
        """The record at a position; None also for one that was pruned."""
        row = self._sql.one(f"{_ROW} WHERE n = ?", (n,))
        return _stored(row) if row else None

    def after(self, n: int, limit: int, *, size_bytes: int | None = None) -> list[Stored]:
        """Up to `limit` records behind position `n`, in order; `size_bytes` bounds their lines together, the first always comes."""
        sql, values = f"{_ROW} WHERE n > ? ORDER BY n LIMIT ?", (n, limit)
        rows = (
            self._sql.all(sql, values)
            if size_bytes is None
            else self._sql.upto(sql, values, size_bytes=size_bytes, column=2)
        )
        return [_stored(row) for row in rows]

    def enrols(self, behind: Mapping[int, int]) -> list[Stored]:
        """Records that made members, but those of an incarnation up to the seq `behind` names."""
        least = min((position(inc, seq) for inc, seq in behind.items()), default=0)
        rows = self._sql.all(f"{_ROW} WHERE kind = 'enrol' AND n > ? ORDER BY n", (least,))
        return [one for one in map(_stored, rows) if one.seq > behind.get(one.inc, 0)]

    def all(self) -> Iterator[Stored]:
        """Every record, streamed in bounded batches."""
        n = -1
        while rows := self.after(n, BATCH, size_bytes=BATCH_BYTES):
            yield from rows
            n = position(rows[-1].inc, rows[-1].seq)

    def hash_at(self, n: int) -> str:
        """The chain's hash after everything up to position `n`; GENESIS before the first record.

        Raises CorruptDatabase for a position whose record was pruned before the last one that was.
        """
        row = self._sql.one("SELECT hash FROM journal WHERE n <= ? ORDER BY n DESC LIMIT 1", (n,))
        if row is not None:
            return str(row[0])
        pruned, hash_ = anchor(self._sql)
        if n < pruned:
            raise CorruptDatabase(path=self._sql.path, problem=f"the journal before {place(pruned)} was pruned")
        return hash_

    def last_of(self, inc: int) -> int:
        """Position of an incarnation's last record; that of its beginning (seq 0) when it has none."""
        row = self._sql.one(
            "SELECT max(n) FROM journal WHERE n > ? AND n < ?", (position(inc, 0), position(inc + 1, 0))
        )
        return int(row[0]) if row and row[0] is not None else position(inc, 0)

    def prune(self, upto: int) -> int:
        """Drop records up to position `upto`, but never the last; returns how many. Call it in a transaction.

        The caller knows what the hub holds durably; the chain goes on from the anchor that stays behind.
        """
        row = self._sql.one(
            "SELECT n, hash FROM journal WHERE n <= ? AND n < (SELECT max(n) FROM journal) ORDER BY n DESC LIMIT 1",
            (upto,),
        )
        if row is None:
            return 0
        self._meta.put(ANCHOR, f"{row[0]} {row[1]}")
        return self._sql.run("DELETE FROM journal WHERE n <= ?", (row[0],))


def anchor(sql: Statements) -> tuple[int, str]:
    """Position and hash of the last record that was pruned; (0, GENESIS) when none was. Raises CorruptDatabase."""
    text = Meta(sql.database).get(ANCHOR)
    if not text:
        return 0, wire.GENESIS
    found = _ANCHOR.fullmatch(text)
    if found is None:
        raise CorruptDatabase(path=sql.path, problem=f"{ANCHOR}: {text[:100]!r}")
    return int(found[1]), found[2]


def _stored(row: Row) -> Stored:
    inc, seq = place(row[0])
    return Stored(inc, seq, row[1], bytes(row[2]), row[3])
