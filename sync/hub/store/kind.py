"""Whether a SQLite file is a hub's: a till's database has a schema version too, and a hub's steps would run on it."""

from __future__ import annotations

import peewee

from agent.errors import Conflict
from agent.sqlite import path_of, storage_errors

_OWN = ("watermark", "entry", "lease")


def must_be_hub(database: peewee.SqliteDatabase, *, name: str = "") -> None:
    """Raises Conflict("not-a-hub") for a file without a hub's tables, under `name` where it lies under another; storage errors."""
    path = path_of(database)
    with storage_errors(path):
        found = database.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    if not {str(row[0]) for row in found}.issuperset(_OWN):
        raise Conflict("not-a-hub", path=name or path)
