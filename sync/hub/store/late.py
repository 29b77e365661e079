"""What late spends took, by member and sale: read where a return speaks of the sale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import peewee

from sync.hub.book import Taken
from sync.hub.store import bulk

Late = Mapping[tuple[str, str], tuple[Taken, ...]]
_taken = msgspec.json.Decoder(tuple[Taken, ...])


def of(
    database: peewee.Database, members: Iterable[str], sales: Iterable[str]
) -> dict[str, dict[tuple[str, str], tuple[Taken, ...]]]:
    """By member, what of these sales was a late spend: (sale, unit) -> what it took."""
    names, keys = sorted(set(members)), sorted(set(sales))
    found: dict[str, dict[tuple[str, str], tuple[Taken, ...]]] = {}
    if not names or not keys:
        return found
    sql = (
        "SELECT member, sale, unit, taken FROM late_spend"  # noqa: S608 - marks only
        f" WHERE member IN ({bulk.marks(names)}) AND sale IN ({bulk.marks(keys)})"
    )
    for member, sale, unit, taken in database.execute_sql(sql, [*names, *keys]).fetchall():
        found.setdefault(str(member), {})[str(sale), str(unit)] = _taken.decode(taken)
    return found


def sales(database: peewee.Database, member: str) -> list[str]:
    """Every late spend of a member there ever was, by its sale."""
    rows = database.execute_sql("SELECT DISTINCT sale FROM late_spend WHERE member = ?", (member,)).fetchall()
    return [str(row[0]) for row in rows]


def save(database: peewee.Database, changes: Iterable[tuple[str, Late, Late]]) -> None:
    """Write what differs: (member, before, after) each. One that is no longer late is forgotten."""
    told, gone = [], []
    for member, before, after in changes:
        told += [(member, *key, _text(taken)) for key, taken in sorted(after.items()) if before.get(key) != taken]
        gone += [(member, *key) for key in sorted(before) if key not in after]
    sql = (
        "INSERT INTO late_spend (member, sale, unit, taken) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (member, sale, unit) DO UPDATE SET taken = excluded.taken"
    )
    bulk.many(database, sql, told)
    bulk.many(database, "DELETE FROM late_spend WHERE member = ? AND sale = ? AND unit = ?", gone)


def _text(taken: tuple[Taken, ...]) -> str:
    return msgspec.json.encode(taken).decode()
