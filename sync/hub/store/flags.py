"""What a person may want to look at: facts that were taken all the same."""

from __future__ import annotations

import json
from collections.abc import Sequence

import peewee
from msgspec import Struct

from sync.hub.store import bulk


class Flag(Struct, frozen=True):
    """Something odd about one record; `numbers` tell what. A second one of the same code changes nothing."""

    till: str
    inc: int
    seq: int
    code: str
    numbers: dict[str, int | str] = {}


def put(database: peewee.Database, flags: Sequence[Flag], *, at: int) -> None:
    """Keep flags, in the caller's transaction."""
    rows = [
        (flag.till, flag.inc, flag.seq, flag.code, at, json.dumps(flag.numbers, ensure_ascii=False, sort_keys=True))
        for flag in flags
    ]
    bulk.insert(database, "flag", "till, inc, seq, code, at, numbers", rows, known="NOTHING")


def listed(database: peewee.Database, limit: int) -> list[tuple[Flag, int]]:
    """The newest flags, each with the moment it was raised (UTC ms)."""
    rows = database.execute_sql(
        "SELECT till, inc, seq, code, numbers, at FROM flag ORDER BY at DESC, till, inc, seq, code LIMIT ?", (limit,)
    ).fetchall()
    return [(Flag(till, inc, seq, code, json.loads(numbers)), int(at)) for till, inc, seq, code, numbers, at in rows]
