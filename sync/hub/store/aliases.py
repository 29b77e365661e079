"""Merged members: who stands for whom. Each points at its last heir, so that one look is enough."""

from __future__ import annotations

from collections.abc import Iterable

import peewee
from msgspec import Struct

from sync.hub.store import bulk


class Merge(Struct, frozen=True, array_like=True):
    """What a person did: `member` is `target` from then on. `at` is UTC ms."""

    member: str
    target: str
    at: int
    reason: str


def of(database: peewee.Database, members: Iterable[str]) -> dict[str, str]:
    """The heirs of those members that were merged."""
    names = sorted(set(members))
    found: dict[str, str] = {}
    for chunk in bulk.chunks(names):
        sql = f"SELECT member, target FROM alias WHERE member IN ({bulk.marks(chunk)})"  # noqa: S608 - marks only
        found.update((str(row[0]), str(row[1])) for row in database.execute_sql(sql, chunk).fetchall())
    return found


def heir(database: peewee.Database, member: str) -> str:
    """The member who stands for this one: itself unless it was merged."""
    return of(database, [member]).get(member, member)


def merged_into(database: peewee.Database, target: str) -> list[str]:
    """Whom a member stands for."""
    rows = database.execute_sql("SELECT member FROM alias WHERE target = ? ORDER BY member", (target,)).fetchall()
    return [str(row[0]) for row in rows]


def groups(database: peewee.Database, members: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Of those who were merged, or whom others were merged into: by each, the heir and all the heir stands for, the heir first."""
    heirs: set[str] = set()
    for chunk in bulk.chunks(sorted(set(members))):
        marks = bulk.marks(chunk)
        sql = f"SELECT DISTINCT target FROM alias WHERE member IN ({marks}) OR target IN ({marks})"  # noqa: S608 - marks only
        heirs.update(str(row[0]) for row in database.execute_sql(sql, [*chunk, *chunk]).fetchall())
    found = {heir: merged_into(database, heir) for heir in sorted(heirs)}
    whole = ((heir, *merged) for heir, merged in found.items())
    return {name: group for group in whole for name in group}


def put(database: peewee.Database, merge: Merge) -> None:
    """A new alias; those that pointed at the member point at the target from now on. The target is nobody's alias itself."""
    database.execute_sql("UPDATE alias SET target = ? WHERE target = ?", (merge.target, merge.member))
    database.execute_sql(
        "INSERT INTO alias (member, target, at, reason) VALUES (?, ?, ?, ?)",
        (merge.member, merge.target, merge.at, merge.reason),
    )


def newest(database: peewee.Database, limit: int) -> list[Merge]:
    """The last ones, newest first; each says who the heir is now."""
    rows = database.execute_sql(
        "SELECT member, target, at, reason FROM alias ORDER BY at DESC, member LIMIT ?", (limit,)
    ).fetchall()
    return [Merge(*row) for row in rows]
