"""Bringing a server's database to this release's schema; on a file agent.sqlite does that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import peewee

from agent.errors import CorruptDatabase, NewerDatabase
from sync.hub.store import meta

VERSION = "schema"


def migrate(database: peewee.Database, steps: Sequence[Callable[[peewee.Database], None]]) -> int:
    """Bring the schema to len(steps), in the caller's transaction; returns the version found.

    Raises NewerDatabase when it is two or more versions ahead (one ahead is read), CorruptDatabase for somebody else's.
    """
    tables = [str(row[0]) for row in database.execute_sql(_TABLES).fetchall()]
    found = 0
    if tables:
        text = meta.read(database, VERSION, lock=True) if "meta" in tables else None
        if text is None:
            raise CorruptDatabase(path="postgresql", problem=f"not our database: tables {', '.join(tables[:5])}")
        found = int(text)
    if found > len(steps) + 1:
        raise NewerDatabase(path="postgresql", found=found, known=len(steps))
    for step in steps[found:]:
        step(database)
    if found < len(steps):
        meta.write(database, VERSION, str(len(steps)))
    return found


_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name"
