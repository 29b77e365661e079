"""The tills a hub that came back from a backup has to hear before it grants anything again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import peewee
from msgspec import Struct

from sync.hub.store import bulk, meta

State = Literal["awaited", "heard", "waived"]


class Awaited(Struct, frozen=True, kw_only=True):
    """One till; `missing` of its open leases are unknown here though it has pushed to its end. `at` is UTC ms."""

    till: str
    state: State
    at: int
    missing: int = 0


def recovering(database: peewee.Database) -> bool:
    """Whether the hub takes facts and grants nothing. If so, this step holds the answer until it ends: none ends it meanwhile."""
    return meta.read(database, "recovering") == "1" and meta.read(database, "recovering", lock=True) == "1"


def begin(database: peewee.Database, tills: Iterable[str], *, at: int) -> None:
    """Wait for these tills, and for none of a recovery before."""
    database.execute_sql("DELETE FROM awaited")
    rows = [(till, "awaited", at, 0) for till in sorted(set(tills))]
    bulk.insert(database, "awaited", "till, state, at, missing", rows)
    meta.write(database, "recovering", "1")


def end(database: peewee.Database) -> None:
    meta.write(database, "recovering", "0")


def note(database: peewee.Database, row: Awaited) -> None:
    """Write how it stands with one till."""
    database.execute_sql(
        "UPDATE awaited SET state = ?, at = ?, missing = ? WHERE till = ?", (row.state, row.at, row.missing, row.till)
    )


def of(database: peewee.Database, till: str) -> Awaited | None:
    row = database.execute_sql("SELECT till, state, at, missing FROM awaited WHERE till = ?", (till,)).fetchone()
    return _row(row) if row else None


def rows(database: peewee.Database) -> list[Awaited]:
    """All tills of the last recovery, those still awaited first."""
    found = database.execute_sql("SELECT till, state, at, missing FROM awaited ORDER BY state, till").fetchall()
    return [_row(row) for row in found]


def left(database: peewee.Database) -> int:
    """How many are still awaited."""
    return int(database.execute_sql("SELECT count(*) FROM awaited WHERE state = 'awaited'").fetchone()[0])


def unknown_leases(database: peewee.Database, till: str, leases: Sequence[str]) -> int:
    """How many of these the hub does not have as this till's, in whatever state."""
    found = 0
    for chunk in bulk.chunks(sorted(set(leases))):
        sql = f"SELECT count(*) FROM lease WHERE till = ? AND lease IN ({bulk.marks(chunk)})"  # noqa: S608 - marks only
        found += int(database.execute_sql(sql, [till, *chunk]).fetchone()[0])
    return len(set(leases)) - found


def members_unbacked(database: peewee.Database, after: str, limit: int) -> list[str]:
    """Members with points lent to them that nobody has brought, the next ones by name."""
    rows = database.execute_sql(
        "SELECT DISTINCT member FROM lot WHERE unbacked > 0 AND member > ? ORDER BY member LIMIT ?", (after, limit)
    ).fetchall()
    return [str(row[0]) for row in rows]


def _row(row: Sequence[object]) -> Awaited:
    till, state, at, missing = row
    return Awaited(till=str(till), state=state, at=int(str(at)), missing=int(str(missing)))  # type: ignore[arg-type]
