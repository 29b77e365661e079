"""Members for whom a new day changes something: lots past their last day, debts that can be paid now."""

from __future__ import annotations

import peewee

_LAPSED = "SELECT member FROM lot WHERE remaining > leased AND remaining > 0 AND expires_on < ?"
_OWING = """
SELECT a.member FROM account a JOIN lot l ON l.member = a.member AND l.unit = a.unit
WHERE a.debt > 0 AND l.remaining > l.leased AND l.spendable_from <= ? AND (l.expires_on IS NULL OR l.expires_on >= ?)
"""


def members(database: peewee.Database, day: str, limit: int) -> list[str]:
    """Up to `limit` members with free points that expired before `day`, or a debt beside free points that can be spent on it."""
    rows = database.execute_sql(f"{_LAPSED} UNION {_OWING} ORDER BY 1 LIMIT ?", (day, day, day, limit)).fetchall()
    return [str(row[0]) for row in rows]


def owing(database: peewee.Database, day: str, after: str, limit: int) -> list[str]:
    """Up to `limit` members with a debt beside free points that can be spent on `day`, the next ones by name."""
    sql = f"{_OWING} AND a.member > ? GROUP BY a.member ORDER BY 1 LIMIT ?"
    rows = database.execute_sql(sql, (day, day, after, limit)).fetchall()
    return [str(row[0]) for row in rows]
