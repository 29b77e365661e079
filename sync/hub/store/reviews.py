"""How far each till's journal has been judged again, and the points a till gave in each hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import peewee

from sync.hub.store import bulk


class Unread(NamedTuple):
    """One journal with records behind its mark; `clock` is how the clock stood at the last one that was read."""

    till: str
    inc: int
    seq: int
    clock: str


class Received(NamedTuple):
    """A record and the moment it came (UTC ms)."""

    seq: int
    at: int
    line: bytes


def unread(database: peewee.Database) -> list[Unread]:
    """Journals with something to read, by till."""
    rows = database.execute_sql(
        "SELECT w.till, w.inc, coalesce(r.seq, 0), coalesce(r.clock, '') FROM watermark w"
        " LEFT JOIN review r ON r.till = w.till AND r.inc = w.inc"
        " WHERE w.wm > coalesce(r.seq, 0) ORDER BY w.till, w.inc"
    ).fetchall()
    return [Unread(str(till), int(inc), int(seq), str(clock)) for till, inc, seq, clock in rows]


def records(database: peewee.Database, mark: Unread, limit: int) -> list[Received]:
    """The next records of a journal."""
    rows = database.execute_sql(
        "SELECT seq, at, line FROM record WHERE till = ? AND inc = ? AND seq > ? ORDER BY seq LIMIT ?",
        (mark.till, mark.inc, mark.seq, limit),
    ).fetchall()
    return [Received(int(seq), int(at), bytes(line)) for seq, at, line in rows]


def advance(database: peewee.Database, mark: Unread) -> None:
    """Everything up to this record was read."""
    database.execute_sql(
        "INSERT INTO review (till, inc, seq, clock) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (till, inc) DO UPDATE SET seq = excluded.seq, clock = excluded.clock",
        tuple(mark),
    )


def give(database: peewee.Database, till: str, hours: Mapping[int, int]) -> dict[int, int]:
    """Add points to a till's hours; returns what each hour comes to."""
    fresh = [(till, hour, 0) for hour in sorted(hours)]
    bulk.insert(database, "till_hour", "till, hour, points", fresh, known="NOTHING")
    added = [(till, hour, points) for hour, points in sorted(hours.items())]
    bulk.add(database, "till_hour", added, keys="till, hour", deltas="points")
    rows = database.execute_sql(
        f"SELECT hour, points FROM till_hour WHERE till = ? AND hour IN ({bulk.marks(hours)})",  # noqa: S608 - marks only
        (till, *sorted(hours)),
    ).fetchall()
    return {int(hour): int(points) for hour, points in rows}


def usual_most(database: peewee.Database, since: int, *, least: int, beyond: int) -> int | None:
    """The points that one hour in `beyond` exceeds, over all tills' hours from `since` on; None with fewer than `least` hours."""
    count = int(database.execute_sql("SELECT count(*) FROM till_hour WHERE hour >= ?", (since,)).fetchone()[0])
    if count < least:
        return None
    row = database.execute_sql(
        "SELECT points FROM till_hour WHERE hour >= ? ORDER BY points DESC LIMIT 1 OFFSET ?", (since, count // beyond)
    ).fetchone()
    return int(row[0])
