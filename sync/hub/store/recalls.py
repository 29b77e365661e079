"""Which leases a till was asked to give back, or has lost by a person's release and not heard of."""

from __future__ import annotations

import peewee


def due(database: peewee.Database, till: str, *, after: int) -> tuple[tuple[str, ...], int]:
    """Open or released leases of a till recalled behind number `after`, oldest recall first, and the highest number among them."""
    rows = database.execute_sql(
        "SELECT lease, recalled FROM lease WHERE till = ? AND state <> 'closed'"
        " AND state <> 'unsettled' AND recalled > ? ORDER BY recalled, lease",
        (till, after),
    ).fetchall()
    return tuple(str(row[0]) for row in rows), max((int(row[1]) for row in rows), default=after)
