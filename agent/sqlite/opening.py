"""Opening one SQLite file to write or to read, and asking SQLite whether it is sound."""

from __future__ import annotations

import os
from collections.abc import Callable
from urllib.parse import quote, unquote

import peewee

from agent.errors import CorruptDatabase
from agent.sqlite.faults import storage_errors

Factory = Callable[..., peewee.SqliteDatabase]
"""Makes the database object; the simulation hands in one that opens through a VFS with faults."""

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "temp_store": "memory",
    "cache_size": -2000,
    "journal_size_limit": 16 * 1024 * 1024,
    "trusted_schema": 0,
}
READER_PRAGMAS = {"query_only": 1, "temp_store": "memory", "cache_size": -2000, "trusted_schema": 0}
BUSY_S = 5
_URI, _READ_ONLY, _IMMUTABLE = "file://", "?mode=ro", "&immutable=1"


def open_database(
    path: str, *, readonly: bool = False, immutable: bool = False, factory: Factory | None = None
) -> peewee.SqliteDatabase:
    """An open connection to the file at `path`; usable from any one thread at a time. A missing file is made, unless `readonly`.

    `immutable` says of a file to be read that nobody will ever write it: no locks, and no look whether there is a log beside it.
    Raises CorruptDatabase, StorageFull, StorageBroken, Unavailable (another process holds it).
    """
    make = factory or peewee.SqliteDatabase
    # Quoted: a `?` or `#` in a folder's name would end the path.
    target = f"{_URI}{quote(os.path.abspath(path))}{_READ_ONLY}" + _IMMUTABLE * immutable if readonly else path
    database = make(
        target,
        pragmas=READER_PRAGMAS if readonly else PRAGMAS,
        autoconnect=False,
        thread_safe=False,
        check_same_thread=False,
        uri=readonly,
        timeout=BUSY_S,
    )
    with storage_errors(path):
        database.connect()
        if readonly:
            # Opening reads nothing yet: let a file that is no database be told here.
            database.execute_sql("SELECT count(*) FROM sqlite_master").fetchone()
    return database


def path_of(database: peewee.SqliteDatabase) -> str:
    """The file behind a connection."""
    name = str(database.database).removesuffix(_IMMUTABLE)
    if name.startswith(_URI) and name.endswith(_READ_ONLY):
        return unquote(name[len(_URI) : -len(_READ_ONLY)])
    return name


def quick_check(database: peewee.SqliteDatabase) -> None:
    """Raises CorruptDatabase when SQLite's own check finds damage."""
    path = path_of(database)
    with storage_errors(path):
        rows = [str(row[0]) for row in database.execute_sql("PRAGMA quick_check(5)").fetchall()]
    if rows != ["ok"]:
        raise CorruptDatabase(path=path, problem="; ".join(rows)[:500])
