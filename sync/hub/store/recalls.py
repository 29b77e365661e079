"""Which leases a till was asked to give back."""

from __future__ import annotations

import peewee


def due(database: peewee.SqliteDatabase, till: str, *, after: int) -> tuple[tuple[str, ...], int]:
    """Open leases of a till recalled behind number `after`, oldest recall first, and the highest number among them."""
    rows = database.execute_sql(
        "SELECT lease, recalled FROM lease WHERE till = ? AND state = 'open' AND recalled > ? ORDER BY recalled, lease",
        (till, after),
    ).fetchall()
    return tuple(str(row[0]) for row in rows), max((int(row[1]) for row in rows), default=after)
