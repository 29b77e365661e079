"""Which records a member's book is made of, in canonical order, and which members are to be worked out anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import peewee

from sync.hub.store import bulk


class Row(NamedTuple):
    """One applied record of a member. `floats`: it took points from wherever they were; `twice`: it was a duplicate."""

    member: str
    place: int
    till: str
    inc: int
    seq: int
    floats: int = 0
    twice: int = 0


class Due(NamedTuple):
    """A member to be worked out anew, because of this record."""

    member: str
    till: str
    inc: int
    seq: int


_COLUMNS = "member, place, till, inc, seq, floats, twice"


def put(database: peewee.Database, rows: Sequence[Row]) -> None:
    bulk.insert(database, "event", _COLUMNS, sorted(rows))


def of(database: peewee.Database, member: str, limit: int) -> list[Row]:
    """A member's records in canonical order."""
    rows = database.execute_sql(
        f"SELECT {_COLUMNS} FROM event WHERE member = ? ORDER BY place, till, inc, seq LIMIT ?",  # noqa: S608 - constant
        (member, limit),
    ).fetchall()
    return [Row(*row) for row in rows]


def marks(database: peewee.Database, members: Sequence[str]) -> list[tuple[str, int, int]]:
    """How far each till's records of these members go: (till, incarnation, seq)."""
    sql = f"SELECT till, inc, max(seq) FROM event WHERE member IN ({bulk.marks(members)}) GROUP BY till, inc ORDER BY till, inc"  # noqa: S608 - marks only
    return [(str(till), int(inc), int(seq)) for till, inc, seq in database.execute_sql(sql, members).fetchall()]


def last_places(database: peewee.Database, members: Iterable[str]) -> dict[str, int]:
    """Where the last record of each member stands that has one."""
    names = sorted(set(members))
    found: dict[str, int] = {}
    for chunk in bulk.chunks(names):
        sql = f"SELECT member, max(place) FROM event WHERE member IN ({bulk.marks(chunk)}) GROUP BY member"  # noqa: S608 - marks only
        found.update((str(row[0]), int(row[1])) for row in database.execute_sql(sql, chunk).fetchall())
    return found


def floating(database: peewee.Database, members: Iterable[str]) -> set[str]:
    """Members with a record that took points from wherever they were: for them order matters."""
    names = sorted(set(members))
    found: set[str] = set()
    for chunk in bulk.chunks(names):
        sql = f"SELECT DISTINCT member FROM event WHERE floats = 1 AND member IN ({bulk.marks(chunk)})"  # noqa: S608 - marks only
        found.update(str(row[0]) for row in database.execute_sql(sql, chunk).fetchall())
    return found


def ask(database: peewee.Database, due: Sequence[Due]) -> None:
    """Have members worked out anew; one that waits already waits on because of the earlier record."""
    bulk.insert(database, "correction_due", "member, till, inc, seq", sorted(due), known="NOTHING")


def due(database: peewee.Database, limit: int) -> list[Due]:
    rows = database.execute_sql(
        "SELECT member, till, inc, seq FROM correction_due ORDER BY member LIMIT ?", (limit,)
    ).fetchall()
    return [Due(*row) for row in rows]


def due_of(database: peewee.Database, members: Sequence[str]) -> list[Due]:
    """Those of these members who wait to be worked out anew."""
    sql = f"SELECT member, till, inc, seq FROM correction_due WHERE member IN ({bulk.marks(members)}) ORDER BY member"  # noqa: S608 - marks only
    return [Due(*row) for row in database.execute_sql(sql, members).fetchall()]


def done(database: peewee.Database, member: str) -> None:
    database.execute_sql("DELETE FROM correction_due WHERE member = ?", (member,))
