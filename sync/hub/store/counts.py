"""Sums over whole tables, for people; at rest they are exact, while writers run each is of its own moment."""

from __future__ import annotations

import peewee
from msgspec import Struct


class Counts(Struct, frozen=True, kw_only=True):
    """`leases` that are not closed and what they hold, `unbacked` points lent in a recovery, `pending` news not published."""

    members: int
    leases: int
    leased: int
    unbacked: int
    pending: int
    flags: int


_QUERIES = {
    "members": "SELECT count(*) FROM member",
    "leases": "SELECT count(*) FROM lease WHERE state <> 'closed'",
    "leased": "SELECT coalesce(sum(granted - spent - back), 0) FROM lease WHERE state <> 'closed'",
    "unbacked": "SELECT coalesce(sum(unbacked), 0) FROM lot WHERE unbacked > 0",
    "pending": "SELECT count(*) FROM pending",
    "flags": "SELECT count(*) FROM flag",
}


def of(database: peewee.Database) -> Counts:
    """Count now."""
    return Counts(**{name: int(database.execute_sql(sql).fetchone()[0]) for name, sql in _QUERIES.items()})
