"""Watermarks, the record log, quarantine and the sale net: what came from tills, by till."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import peewee

from sync.hub.arrivals import Arrived, Known, Mark, Parked
from sync.hub.store import bulk
from sync.wire import GENESIS


def mark(database: peewee.Database, till: str, inc: int) -> Mark:
    """The watermark row; a fresh one for an incarnation never seen. On SQLite the transaction is the lock."""
    row = database.execute_sql(
        "SELECT wm, hash, hlc, forks, durable, answered, waiting, at, writes, place FROM watermark"
        " WHERE till = ? AND inc = ?",
        (till, inc),
    ).fetchone()
    if row is None:
        return Mark(till, inc)
    wm, hash_, hlc, forks, durable, answered, waiting, at, writes, place = row
    asked = tuple(map(int, waiting.split()))
    return Mark(till, inc, wm, hash_, hlc, forks, durable, answered, asked, at, writes, place)


def marks(database: peewee.Database, till: str) -> dict[int, int]:
    """Every incarnation's watermark."""
    rows = database.execute_sql("SELECT inc, wm FROM watermark WHERE till = ? ORDER BY inc", (till,)).fetchall()
    return {int(inc): int(wm) for inc, wm in rows}


def seen(database: peewee.Database, tills: Iterable[str]) -> dict[str, int]:
    """When each of these tills was last heard of, UTC ms, to within SEEN_MS."""
    wanted = sorted(set(tills))
    rows = database.execute_sql(
        f"SELECT till, max(at) FROM watermark WHERE till IN ({bulk.marks(wanted)}) GROUP BY till",  # noqa: S608 - marks only
        wanted,
    ).fetchall()
    return {str(till): int(at) for till, at in rows}


def all_marks(database: peewee.Database) -> list[tuple[str, int, int]]:
    """(till, incarnation, watermark) of all."""
    rows = database.execute_sql("SELECT till, inc, wm FROM watermark ORDER BY till, inc").fetchall()
    return [(str(till), int(inc), int(wm)) for till, inc, wm in rows]


def advance(database: peewee.Database, mark: Mark, *, at: int) -> None:
    """Write a watermark row."""
    database.execute_sql(
        "INSERT INTO watermark (till, inc, wm, hash, hlc, at, forks, durable, answered, waiting, writes, place)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)"
        " ON CONFLICT (till, inc) DO UPDATE SET wm = excluded.wm, hash = excluded.hash, hlc = excluded.hlc,"
        " at = excluded.at, forks = excluded.forks, answered = excluded.answered, waiting = excluded.waiting,"
        " writes = excluded.writes, place = excluded.place",
        (
            mark.till,
            mark.inc,
            mark.wm,
            mark.hash,
            mark.hlc,
            at,
            mark.forks,
            mark.answered,
            " ".join(map(str, mark.waiting)),
            mark.writes,
            mark.place,
        ),
    )


def undurable(database: peewee.Database) -> list[tuple[str, int, int]]:
    """Those whose watermark is above what was noted as durable."""
    rows = database.execute_sql("SELECT till, inc, wm FROM watermark WHERE durable < wm ORDER BY till, inc").fetchall()
    return [(str(till), int(inc), int(wm)) for till, inc, wm in rows]


def durable(database: peewee.Database, saved: Iterable[tuple[str, int, int]]) -> None:
    """Note the (till, incarnation, watermark) rows that will survive the hub's disk. Never above what is here, and never lower."""
    rows = [(wm, till, inc, wm, wm) for till, inc, wm in sorted(saved)]
    sql = "UPDATE watermark SET durable = ? WHERE till = ? AND inc = ? AND durable < ? AND wm >= ?"
    bulk.many(database, sql, rows)


def append(database: peewee.Database, mark: Mark, records: Sequence[Arrived], *, at: int) -> None:
    rows = [(mark.till, mark.inc, record.seq, record.hash, at, record.line) for record in records]
    bulk.insert(database, "record", "till, inc, seq, hash, at, line", rows)


def hash_at(database: peewee.Database, till: str, inc: int, seq: int) -> str | None:
    """The chain's hash after a record the hub has."""
    if seq == 0:
        return GENESIS
    row = database.execute_sql(
        "SELECT hash FROM record WHERE till = ? AND inc = ? AND seq = ?", (till, inc, seq)
    ).fetchone()
    return str(row[0]) if row else None


def line(database: peewee.Database, till: str, inc: int, seq: int) -> bytes | None:
    """A record's own bytes."""
    row = database.execute_sql(
        "SELECT line FROM record WHERE till = ? AND inc = ? AND seq = ?", (till, inc, seq)
    ).fetchone()
    return bytes(row[0]) if row else None


def park(database: peewee.Database, parked: Sequence[Parked], *, at: int) -> None:
    rows = [(row.till, row.inc, row.seq, row.reason, at, row.line) for row in parked]
    bulk.insert(database, "quarantine", "till, inc, seq, reason, at, line", rows)


def parked(database: peewee.Database, limit: int) -> list[Parked]:
    """The oldest of quarantine."""
    rows = database.execute_sql(
        "SELECT till, inc, seq, reason, line FROM quarantine ORDER BY at, till, inc, seq LIMIT ?", (limit,)
    ).fetchall()
    return [Parked(till, inc, seq, reason, bytes(line)) for till, inc, seq, reason, line in rows]


def parked_keys(database: peewee.Database) -> list[tuple[str, int, int]]:
    """What waits: (till, incarnation, seq)."""
    rows = database.execute_sql("SELECT till, inc, seq FROM quarantine ORDER BY till, inc, seq").fetchall()
    return [(str(till), int(inc), int(seq)) for till, inc, seq in rows]


def parked_of(database: peewee.Database, till: str) -> list[Parked]:
    """All of one till, in its order."""
    rows = database.execute_sql(
        "SELECT till, inc, seq, reason, line FROM quarantine WHERE till = ? ORDER BY inc, seq", (till,)
    ).fetchall()
    return [Parked(name, inc, seq, reason, bytes(line)) for name, inc, seq, reason, line in rows]


def between(database: peewee.Database, mark: Mark, first: int, last: int) -> list[Arrived]:
    """Records of an incarnation as they came, from `first` to `last`."""
    sql = "SELECT seq, line, hash FROM record WHERE till = ? AND inc = ? AND seq BETWEEN ? AND ? ORDER BY seq"
    rows = database.execute_sql(sql, (mark.till, mark.inc, first, last)).fetchall()
    return [Arrived(int(seq), bytes(line), hash_) for seq, line, hash_ in rows]


def sizes(database: peewee.Database, mark: Mark, first: int, last: int) -> list[tuple[int, int]]:
    """How many bytes the records of an incarnation are, from `first` to `last`: (seq, bytes)."""
    sql = "SELECT seq, length(line) FROM record WHERE till = ? AND inc = ? AND seq BETWEEN ? AND ? ORDER BY seq"
    rows = database.execute_sql(sql, (mark.till, mark.inc, first, last)).fetchall()
    return [(int(seq), int(size)) for seq, size in rows]


def reasons(database: peewee.Database, mark: Mark, first: int, last: int) -> dict[int, str]:
    """Why records of an incarnation wait, by seq, from `first` to `last`."""
    sql = "SELECT seq, reason FROM quarantine WHERE till = ? AND inc = ? AND seq BETWEEN ? AND ?"
    return {
        int(seq): str(reason)
        for seq, reason in database.execute_sql(sql, (mark.till, mark.inc, first, last)).fetchall()
    }


def is_parked(database: peewee.Database, parked: Parked) -> bool:
    """Whether the record still waits."""
    key = (parked.till, parked.inc, parked.seq)
    sql = "SELECT 1 FROM quarantine WHERE till = ? AND inc = ? AND seq = ?"
    return database.execute_sql(sql, key).fetchone() is not None


def unpark(database: peewee.Database, parked: Parked) -> None:
    """The record waits no longer; its bytes stay in `record`."""
    database.execute_sql(
        "DELETE FROM quarantine WHERE till = ? AND inc = ? AND seq = ?", (parked.till, parked.inc, parked.seq)
    )


def parked_count(database: peewee.Database) -> int:
    return int(database.execute_sql("SELECT count(*) FROM quarantine").fetchone()[0])


def known(database: peewee.Database, keys: Iterable[str]) -> dict[str, Known]:
    """Which of these sales the hub has, by `sale_key`."""
    wanted = sorted(set(keys))
    rows = database.execute_sql(
        f"SELECT hash, content, till, inc, seq FROM sale WHERE hash IN ({bulk.marks(wanted)})",  # noqa: S608 - marks only
        wanted,
    ).fetchall()
    return {row[0]: Known(*row[1:]) for row in rows}


def remember(database: peewee.Database, sales: dict[str, Known]) -> None:
    rows = [(key, sale.content, sale.till, sale.inc, sale.seq) for key, sale in sorted(sales.items())]
    bulk.insert(database, "sale", "hash, content, till, inc, seq", rows)


def rename(database: peewee.Database, sales: dict[str, Known]) -> None:
    """Another record of the same sale counts from now on."""
    rows = [(sale.till, sale.inc, sale.seq, key) for key, sale in sorted(sales.items())]
    bulk.many(database, "UPDATE sale SET till = ?, inc = ?, seq = ? WHERE hash = ?", rows)
