"""Making a database, bringing it to this release's schema, and copying it whole."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence

import peewee

from agent.errors import CorruptDatabase, NewerDatabase
from agent.sqlite.faults import file_errors, storage_errors
from agent.sqlite.opening import Factory, open_database, path_of, quick_check
from agent.sqlite.transactions import bring_home, transaction

Step = Callable[[peewee.SqliteDatabase], None]
PAGE_BYTES = 4096
_BESIDE = ("-wal", "-shm", "-journal")


def open_migrated(path: str, steps: Sequence[Step], *, factory: Factory | None = None) -> peewee.SqliteDatabase:
    """The writing connection to a checked database of this release's schema; made when there is none.

    A file with less than a page is a lost database, though SQLite takes it for a new one: the journal would begin a second time.
    Raises CorruptDatabase, NewerDatabase, StorageFull, StorageBroken, Unavailable.
    """
    if not os.path.exists(path):
        _make(path, steps, factory)
    elif os.path.getsize(path) < PAGE_BYTES:
        raise CorruptDatabase(path=path, problem=f"the file ends after {os.path.getsize(path)} bytes")
    database = open_database(path, factory=factory)
    try:
        quick_check(database)
        migrate(database, steps)
    except BaseException:
        database.close()
        raise
    return database


def _make(path: str, steps: Sequence[Step], factory: Factory | None) -> None:
    """A new database, renamed into place when it is whole, so that a power cut leaves all of it or nothing."""
    part = f"{path}.new"
    with file_errors(path):
        if os.path.exists(f"{path}-wal") and os.path.getsize(f"{path}-wal"):
            # SQLite would play the old log into the new file.
            raise CorruptDatabase(path=path, problem="the database is gone, its log is still there")
        _remove(part, path)
    try:
        database = open_database(part, factory=factory)
        try:
            migrate(database, steps)
            bring_home(database)
        finally:
            database.close()
        _settle(part, path)
    finally:
        with contextlib.suppress(OSError):
            _remove(part)


def migrate(database: peewee.SqliteDatabase, steps: Sequence[Step]) -> int:
    """Bring the schema to len(steps) by PRAGMA user_version, each step in its own transaction, after a copy of the file.

    Returns the version found. Raises NewerDatabase when the file is two or more versions ahead (one ahead is read), CorruptDatabase
    for a database of somebody else.
    """
    path = path_of(database)
    with storage_errors(path):
        found = int(database.execute_sql("PRAGMA user_version").fetchone()[0])
        tables = int(database.execute_sql("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if found > len(steps) + 1:
        raise NewerDatabase(path=path, found=found, known=len(steps))
    if found < 0 or bool(found) != bool(tables):
        raise CorruptDatabase(path=path, problem=f"not our database: version {found}, {tables} tables and indexes")
    if 0 < found < len(steps):
        backup(database, f"{path}.v{found}")
    for version in range(found, len(steps)):
        with transaction(database):
            steps[version](database)
            database.execute_sql(f"PRAGMA user_version = {version + 1}")
    return found


def backup(database: peewee.SqliteDatabase, target: str, *, pages: int = -1) -> None:
    """A copy of the whole database to `target`, made whole or not at all, fsynced, renamed into place.

    It shows one moment; whoever writes through another connection meanwhile does not wait. In steps of `pages` it begins anew
    whenever another connection has written. Raises StorageFull, StorageBroken.
    """
    part = f"{target}.part"
    try:
        with file_errors(target):
            _remove(part)
            with contextlib.closing(sqlite3.connect(part)) as copy:
                database.connection().backup(copy, pages=pages)
        _settle(part, target)
    finally:
        with contextlib.suppress(OSError):
            _remove(part)


def _settle(part: str, target: str) -> None:
    with file_errors(target):
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        # What lies beside the former file belongs to it alone.
        for end in _BESIDE:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(target + end)
        os.replace(part, target)
        sync_folder(os.path.dirname(os.path.abspath(target)))


def _remove(*paths: str) -> None:
    """Delete databases and what SQLite keeps beside them."""
    for path in paths:
        for end in ("", *_BESIDE):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path + end)


def sync_folder(path: str) -> None:
    """Make renames inside a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
