"""Checking a journal from its first record to its last, without changing or holding anything: what `kopilka journal verify` tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec
from msgspec import Struct

from agent.rows import place
from agent.sqlite import Statements
from agent.store.journal import anchor
from agent.store.reader import reading
from sync import chain, wire

MARK_DIGITS = 6
"""So much of a record's hash stands on its receipt and in the answer to the POS."""
STEP = 1000
MAX_ODD = 20

Reason = Literal["gap", "incarnation", "hash", "content"]


class Bad(Struct, frozen=True):
    """The first record that does not hold: `gap` (records before it are missing), `incarnation` (goes back), `hash` (bytes were
    changed), `content` (its bytes say another place or kind than its row).
    """

    inc: int
    seq: int
    reason: Reason


class Verified(Struct, frozen=True, kw_only=True):
    """What a journal is worth. `marks` receipts and answers were compared with their records; `odd` names those that differ."""

    count: int
    """Good records from the first on."""
    inc: int
    seq: int
    hash: str
    """Place and hash of the last good record."""
    bad: Bad | None = None
    marks: int = 0
    odd: tuple[str, ...] = ()
    odd_count: int = 0

    @property
    def good(self) -> bool:
        return self.bad is None and not self.odd_count


def journal_verify(path: str, progress: Callable[[int], None] | None = None) -> Verified:
    """Check the journal of the database at `path`; `progress` hears how many records are done.

    Raises CorruptDatabase (SQLite itself finds damage, or there is no journal), StorageBroken (no such file).
    """
    with reading(path) as sql:
        found = _Walk(sql, progress or (lambda _: None)).run()
        return found if found.bad else _marks(sql, found)


class _Walk:
    """One pass over the rows, good up to where it stopped."""

    def __init__(self, sql: Statements, progress: Callable[[int], None]) -> None:
        self._sql = sql
        self._progress = progress
        self._odd: Bad | None = None
        self.count = 0
        n, hash_ = anchor(sql)
        self.last = (*place(n), hash_)

    def run(self) -> Verified:
        inc, seq, prev = self.last
        row = self._sql.one("SELECT min(n) FROM journal")
        begins = row is not None and row[0] is not None and place(row[0])[0] > inc
        broken = chain.verify(self._rows(), prev, first=1 if begins else seq + 1)
        self._progress(self.count)
        inc, seq, hash_ = self.last
        bad = Bad(broken.inc, broken.seq, broken.reason) if broken else self._odd
        return Verified(count=self.count, inc=inc, seq=seq, hash=hash_, bad=bad)

    def _rows(self) -> Iterator[chain.Linked]:
        # Bytes as they are: a flipped byte may be no UTF-8, and must be named all the same.
        sql = "SELECT n, CAST(kind AS BLOB), CAST(line AS BLOB), CAST(hash AS BLOB) FROM journal ORDER BY n"
        for n, kind, line, hash_ in self._sql.each(sql):
            inc, seq = place(n)
            told = hash_.decode("ascii", "replace")
            yield chain.Linked(seq, inc, line, told)
            # Asked for the next one: the chain holds up to here.
            if not _fits(line, inc=inc, seq=seq, kind=kind):
                self._odd = Bad(inc, seq, "content")
                return
            self.last, self.count = (inc, seq, told), self.count + 1
            if self.count % STEP == 0:
                self._progress(self.count)


def _fits(line: bytes, *, inc: int, seq: int, kind: bytes) -> bool:
    """Whether a record says of itself what its row says."""
    try:
        record = wire.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return (record.inc, record.seq, str(type(record.body).__struct_config__.tag).encode()) == (inc, seq, kind)


def _marks(sql: Statements, found: Verified) -> Verified:
    """Compare what was printed and answered with the records it was said of. Pruned records are no longer asked."""
    odd: list[str] = []
    count = odd_count = 0
    for name, agrees in _compared(sql):
        count += 1
        if not agrees:
            odd_count += 1
            odd += [name] if len(odd) < MAX_ODD else []
    return msgspec.structs.replace(found, marks=count, odd=tuple(odd), odd_count=odd_count)


def _compared(sql: Statements) -> Iterator[tuple[str, bool]]:
    row = sql.one("SELECT min(n) FROM journal")
    least = row[0] if row and row[0] is not None else 0
    receipts = (
        "SELECT t.id, CAST(t.document AS BLOB), journal.hash FROM receipt t"
        " LEFT JOIN journal ON journal.n = t.n WHERE t.n >= ?"
    )
    for id_, document, hash_ in sql.each(receipts, (least,)):
        yield f"receipt {id_}", hash_ is not None and hash_[:MARK_DIGITS].encode() in document
    operations = (
        "SELECT t.kind, t.id, t.n, CAST(t.answer AS BLOB), journal.hash FROM operation t"
        " LEFT JOIN journal ON journal.n = t.n WHERE t.n >= ?"
    )
    for kind, id_, n, answer, hash_ in sql.each(operations, (least,)):
        yield f"{kind} {id_}", _answered(answer, n, hash_)


def _answered(answer: bytes, n: int, hash_: str | None) -> bool:
    """Whether an answer's `seq` and `mark`, where it has them, are those of its record."""
    if hash_ is None:
        return False
    try:
        said = msgspec.json.decode(answer)
    except msgspec.MsgspecError:
        return False
    if not isinstance(said, dict):
        return False
    right = {"seq": place(n)[1], "mark": hash_[:MARK_DIGITS]}
    return all(said.get(key, value) == value for key, value in right.items())
