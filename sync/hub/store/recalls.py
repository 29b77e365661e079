"""Leases a till was asked to give back. It hears of each in the feed; here are all that it has not ended yet."""

from __future__ import annotations

import peewee


def due(database: peewee.Database, till: str) -> tuple[str, ...]:
    """Open or released leases of a till that were recalled, oldest recall first."""
    rows = database.execute_sql(
        "SELECT lease FROM lease WHERE till = ? AND state <> 'closed' AND state <> 'unsettled' AND recalled > 0"
        " ORDER BY recalled, lease",
        (till,),
    ).fetchall()
    return tuple(str(row[0]) for row in rows)
