"""What people did to the hub by hand: append only, in the transaction that did it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import peewee
from msgspec import Struct

from sync.hub.store import meta


class Audit(Struct, frozen=True, kw_only=True):
    """One act: `what` was done to `subject` (a lease, a till, a record's key), by whom and why. `at` is UTC ms."""

    n: int = 0
    at: int
    who: str
    what: str
    subject: str
    reason: str = ""
    numbers: Mapping[str, str | int] = {}


def note(database: peewee.Database, act: Audit) -> None:
    """Append one; its number is counted up here."""
    n = meta.count_up(database, "audit")
    numbers = json.dumps(dict(act.numbers), ensure_ascii=False, sort_keys=True)
    database.execute_sql(
        "INSERT INTO audit (n, at, who, what, subject, reason, numbers) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (n, act.at, act.who, act.what, act.subject, act.reason, numbers),
    )


def newest(database: peewee.Database, limit: int) -> list[Audit]:
    """The last ones, newest first."""
    rows = database.execute_sql(
        "SELECT n, at, who, what, subject, reason, numbers FROM audit ORDER BY n DESC LIMIT ?", (limit,)
    ).fetchall()
    return [
        Audit(n=n, at=at, who=who, what=what, subject=subject, reason=reason, numbers=json.loads(numbers))
        for n, at, who, what, subject, reason, numbers in rows
    ]
