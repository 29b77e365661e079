"""Leases across members, by till or member: for people who look after them. A push never reads them this way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import peewee
from msgspec import Struct


class Row(Struct, frozen=True, kw_only=True):
    """A lease that is not closed. Points are smallest points, `at` is UTC ms of the grant."""

    member: str
    lease: str
    till: str
    inc: int
    unit: str
    style: str
    granted: int
    held: int
    state: str
    recalled: int
    at: int
    newest_inc: int
    """The till's newest incarnation the hub has met."""


_SELECT = (
    "SELECT l.member, l.lease, l.till, l.inc, l.unit, l.style, l.granted, l.granted - l.spent - l.back, l.state, l.recalled, l.at,"
    " coalesce((SELECT max(w.inc) FROM watermark w WHERE w.till = l.till), l.inc)"
    " FROM lease l WHERE l.state <> 'closed'"
)


def rows(
    database: peewee.Database,
    *,
    till: str = "",
    member: str = "",
    lease: str = "",
    releasable: bool = False,
    limit: int = 1000,
) -> list[Row]:
    """Leases that are not closed, oldest first; of one till, member or id where one is given. A lease's id may be cut short.

    `releasable` leaves out what a person released before.
    """
    wheres: list[str] = []
    values: list[str | int] = []
    for name, value in (("till", till), ("member", member)):
        if value:
            wheres.append(f" AND l.{name} = ?")
            values.append(value)
    if lease:
        wheres.append(" AND l.lease >= ? AND l.lease <= ?")
        values += [lease, lease + "~"]
    if releasable:
        wheres.append(" AND l.state <> 'released'")
    sql = f"{_SELECT}{''.join(wheres)} ORDER BY l.at, l.member, l.lease LIMIT ?"
    found: Sequence[Sequence[Any]] = database.execute_sql(sql, [*values, limit]).fetchall()
    return [Row(**dict(zip(Row.__struct_fields__, row, strict=True))) for row in found]
