"""What a late record changed in a member's book: old, new, because of which; nothing is rewritten."""

from __future__ import annotations

import json
from typing import Any

import peewee
from msgspec import Struct


class Correction(Struct, frozen=True, kw_only=True):
    """One correction. `changes` says by unit what was and what is: {"points:main": {"debt": [5, 0], "lots": {"x": [3, 8]}}}."""

    member: str
    step: int
    till: str
    inc: int
    seq: int
    at: int
    changes: dict[str, dict[str, Any]]


def put(database: peewee.Database, made: Correction) -> None:
    database.execute_sql(
        "INSERT INTO correction (member, step, till, inc, seq, at, changes) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (made.member, made.step, made.till, made.inc, made.seq, made.at, json.dumps(made.changes, sort_keys=True)),
    )


def of(database: peewee.Database, member: str) -> list[Correction]:
    """A member's corrections, oldest first."""
    rows = database.execute_sql(
        "SELECT step, till, inc, seq, at, changes FROM correction WHERE member = ? ORDER BY step", (member,)
    ).fetchall()
    return [
        Correction(member=member, step=step, till=till, inc=inc, seq=seq, at=at, changes=json.loads(changes))
        for step, till, inc, seq, at, changes in rows
    ]
