"""Opening a SQLite file, its one writer, transactions, migrations and backups; shared by the till and the hub.

One connection writes, on one thread; readers open their own read-only connection. Every transaction is BEGIN IMMEDIATE, the
journal mode is WAL with synchronous=FULL: a commit that returned is on the disk. An I/O error is not survived in the process:
the caller ends, the next start heals.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, Protocol, TypeVar

import peewee

from agent.errors import CorruptDatabase, NewerDatabase, StorageBroken, StorageFull

P = ParamSpec("P")
T = TypeVar("T")

Factory = Callable[..., peewee.SqliteDatabase]
"""Makes the database object; the simulation hands in one that opens through a VFS with faults."""
Step = Callable[[peewee.SqliteDatabase], None]

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "temp_store": "memory",
    "cache_size": -8000,
    "journal_size_limit": 16 * 1024 * 1024,
    "trusted_schema": 0,
}
READER_PRAGMAS = {"query_only": 1, "temp_store": "memory", "cache_size": -2000, "trusted_schema": 0}
BUSY_S = 5


def open_database(path: str, *, readonly: bool = False, factory: Factory | None = None) -> peewee.SqliteDatabase:
    """An open connection to the file at `path`; usable from any one thread at a time.

    Raises CorruptDatabase, StorageFull, StorageBroken.
    """
    make = factory or peewee.SqliteDatabase
    target = f"file:{path}?mode=ro" if readonly else path
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
    return database


@contextlib.contextmanager
def storage_errors(path: str) -> Iterator[None]:
    """Turn SQLite's errors into ours: a full disk, a broken one, a damaged file. Others pass as they are."""
    try:
        yield
    except (peewee.DatabaseError, sqlite3.DatabaseError) as error:
        raise named(error, path) from error


def named(error: Exception, path: str) -> Exception:
    """Our error for SQLite's, by its primary code where the driver gives one, else by its text."""
    cause: BaseException = error
    while not hasattr(cause, "sqlite_errorcode") and (cause.__cause__ or cause.__context__):
        cause = cause.__cause__ or cause.__context__ or cause
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    text = str(error)
    if code == sqlite3.SQLITE_FULL or "disk is full" in text:
        return StorageFull(path=path)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "malformed" in text or "not a database" in text:
        return CorruptDatabase(path=path, detail=text)
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or "disk I/O" in text:
        return StorageBroken(path=path, detail=text)
    return error


@contextlib.contextmanager
def transaction(database: peewee.SqliteDatabase) -> Iterator[None]:
    """One durable all-or-nothing step. Nested use is a fault: who writes knows where the step begins.

    Raises StorageFull (nothing is written), StorageBroken, CorruptDatabase.
    """
    if database.in_transaction():
        raise RuntimeError("a transaction is open already")
    with storage_errors(str(database.database)), database.atomic("IMMEDIATE"):
        yield


def migrate(database: peewee.SqliteDatabase, steps: Sequence[Step]) -> int:
    """Bring the schema to len(steps) by PRAGMA user_version, each step in its own transaction, after a copy of the file.

    Returns the version found. Raises NewerDatabase when the file is two or more versions ahead (one ahead is read).
    """
    path = str(database.database)
    with storage_errors(path):
        found = int(database.execute_sql("PRAGMA user_version").fetchone()[0])
    if found > len(steps) + 1:
        raise NewerDatabase(path=path, found=found, known=len(steps))
    if 0 < found < len(steps):
        backup(database, f"{path}.before-{len(steps)}")
    for version in range(found, len(steps)):
        with transaction(database):
            steps[version](database)
            database.execute_sql(f"PRAGMA user_version = {version + 1}")
    return found


def backup(database: peewee.SqliteDatabase, target: str, *, pages: int = 256) -> None:
    """An online copy of the whole database to `target`, made whole or not at all, fsynced, renamed into place."""
    part = f"{target}.part"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(part)
    with storage_errors(target), contextlib.closing(sqlite3.connect(part)) as copy:
        database.connection().backup(copy, pages=pages)
    with open(part, "rb") as file:
        os.fsync(file.fileno())
    os.replace(part, target)
    sync_folder(os.path.dirname(os.path.abspath(target)))


def sync_folder(path: str) -> None:
    """Make renames inside a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def quick_check(database: peewee.SqliteDatabase) -> None:
    """Raises CorruptDatabase when SQLite's own check finds damage."""
    path = str(database.database)
    with storage_errors(path):
        rows = [str(row[0]) for row in database.execute_sql("PRAGMA quick_check(5)").fetchall()]
    if rows != ["ok"]:
        raise CorruptDatabase(path=path, detail="; ".join(rows)[:500])


def free_bytes(path: str) -> int:
    """Free space of the file system that holds `path`."""
    return shutil.disk_usage(os.path.dirname(os.path.abspath(path))).free


class Writer(Protocol):
    """Runs every step that touches the writing connection, one after another."""

    def call(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run and wait; the step's own error is raised here."""
        ...

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run later, in order."""
        ...

    def close(self) -> None: ...


class ThreadWriter:
    """The till's and the hub's writer: one thread, work in the order it came."""

    def __init__(self, name: str = "writer") -> None:
        self._name = name
        self._thread: int | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name, initializer=self._started)

    def _started(self) -> None:
        self._thread = threading.get_ident()

    @property
    def pool(self) -> ThreadPoolExecutor:
        """For asyncio's run_in_executor."""
        return self._pool

    def call(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        # A step that calls another step is already on the thread; waiting for itself would hang it.
        if threading.get_ident() == self._thread:
            return work(*args, **kwargs)
        return self._pool.submit(work, *args, **kwargs).result()

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._pool.submit(work, *args, **kwargs)

    def close(self) -> None:
        self._pool.shutdown(wait=True)


class InlineWriter:
    """Runs each step at once in the caller's thread: the simulation, tests and one-shot commands."""

    def call(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return work(*args, **kwargs)

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future carries whatever its work raised
            done.set_exception(error)
        return done

    def close(self) -> None:
        """Nothing to end."""


Row = tuple[Any, ...]
