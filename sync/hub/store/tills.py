"""The tills a hub knows: their store, public key, one-time code, and whether they were revoked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import peewee
from msgspec import Struct

_COLUMNS = "till, store, store_name, public_key, code_hash, code_until, code_used, added, enrolled, revoked"


class Till(Struct, frozen=True, kw_only=True):
    """One till. `code_hash` is SHA-256 of the one-time code, `code_used` when a key was bound to it; times are UTC ms."""

    till: str
    store: str
    store_name: str = ""
    public_key: str | None = None
    code_hash: str | None = None
    code_until: int = 0
    code_used: int | None = None
    added: int = 0
    enrolled: int | None = None
    revoked: int | None = None


class Fleet(Struct, frozen=True, kw_only=True):
    """A till with how far it has come, for lists."""

    till: Till
    inc: int = 0
    wm: int = 0
    seen: int = 0
    forks: int = 0
    open_leases: int = 0


def find(database: peewee.Database, till: str) -> Till | None:
    row = database.execute_sql(f"SELECT {_COLUMNS} FROM till WHERE till = ?", (till,)).fetchone()  # noqa: S608 - constant
    return _till(row) if row else None


def save(database: peewee.Database, till: Till) -> None:
    """Insert or replace."""
    database.execute_sql(
        f"INSERT INTO till ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (till) DO UPDATE SET"  # noqa: S608 - constant
        " store = excluded.store, store_name = excluded.store_name, public_key = excluded.public_key,"
        " code_hash = excluded.code_hash, code_until = excluded.code_until, code_used = excluded.code_used, enrolled = excluded.enrolled,"
        " revoked = excluded.revoked",
        (
            till.till,
            till.store,
            till.store_name,
            till.public_key,
            till.code_hash,
            till.code_until,
            till.code_used,
            till.added,
            till.enrolled,
            till.revoked,
        ),
    )


def stores(database: peewee.Database) -> int:
    """How many stores have a till that is not revoked."""
    return int(database.execute_sql("SELECT count(DISTINCT store) FROM till WHERE revoked IS NULL").fetchone()[0])


def fleet(database: peewee.Database) -> list[Fleet]:
    """Every till with its newest incarnation."""
    names = ", ".join(f"t.{name}" for name in _COLUMNS.split(", "))
    rows = database.execute_sql(
        f"SELECT {names}, coalesce(w.inc, 0), coalesce(w.wm, 0), coalesce(w.at, 0), coalesce(w.forks, 0),"  # noqa: S608 - constant
        " (SELECT count(*) FROM lease l WHERE l.till = t.till AND l.state <> 'closed' AND l.state = 'open')"
        " FROM till t LEFT JOIN watermark w ON w.till = t.till"
        " AND w.inc = (SELECT max(inc) FROM watermark WHERE till = t.till) ORDER BY t.till"
    ).fetchall()
    return [
        Fleet(till=_till(row[:10]), inc=row[10], wm=row[11], seen=row[12], forks=row[13], open_leases=row[14])
        for row in rows
    ]


def _till(row: Sequence[Any]) -> Till:
    return Till(**dict(zip(_COLUMNS.split(", "), row, strict=True)))
