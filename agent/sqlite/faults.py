"""SQLite's and the system's errors as ours: a full disk, a broken one, a damaged file, a file somebody else holds."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator

import peewee

from agent.errors import CorruptDatabase, StorageBroken, StorageFull, Unavailable

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
LEAST_BYTES = 64 * 1024
"""Below this SQLite cannot even make its shared memory file, and calls that an I/O error."""

_FULL = {sqlite3.SQLITE_FULL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_BROKEN = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
_TEXTS = (
    (_FULL, ("disk is full",)),
    (_DAMAGED, ("malformed", "not a database", "Could not decode to UTF-8")),
    (_HELD, ("is locked",)),
    (_BROKEN, ("disk I/O", "unable to open", "readonly")),
)


@contextlib.contextmanager
def storage_errors(path: str) -> Iterator[None]:
    """Turn what SQLite says about `path` into our errors. Others pass as they are."""
    try:
        yield
    except (peewee.DatabaseError, sqlite3.DatabaseError) as error:
        found = named(error, path)
        if found is error:
            raise
        raise found from error


@contextlib.contextmanager
def file_errors(path: str) -> Iterator[None]:
    """The same for steps that also touch files by themselves."""
    try:
        with storage_errors(path):
            yield
    except OSError as error:
        raise named(error, path) from error


def named(error: Exception, path: str) -> Exception:
    """Our error for SQLite's, by its result code where the driver gives one, else by its text; the same error for any other."""
    if isinstance(error, OSError):
        return _full(path) if error.errno in NO_ROOM else StorageBroken(path=path, problem=str(error.strerror or error))
    code = _code(error)
    primary, text = code & 0xFF, str(error)
    if not primary:
        primary = next((min(codes) for codes, words in _TEXTS if any(word in text for word in words)), 0)
    if primary in _FULL:
        return _full(path)
    if primary in _DAMAGED:
        return CorruptDatabase(path=path, problem=text)
    if primary in _HELD:
        return Unavailable("storage-busy", path=path)
    if primary in _BROKEN:
        cramped = code == sqlite3.SQLITE_IOERR_SHMSIZE or primary == sqlite3.SQLITE_CANTOPEN
        return _full(path) if cramped and _is_full(path) else StorageBroken(path=path, problem=text)
    return error


def _code(error: BaseException) -> int:
    """SQLite's extended result code; 0 where the driver told none. peewee wraps the driver's error and keeps it as its context."""
    cause: BaseException | None = error
    while cause is not None:
        code = getattr(cause, "sqlite_errorcode", None) or getattr(cause, "extendedresult", None)
        if isinstance(code, int):
            return code
        cause = cause.__cause__ or cause.__context__
    return 0


def _full(path: str) -> StorageFull:
    return StorageFull(path=path, free_mb=(free_bytes(path) or 0) // (1024 * 1024))


def _is_full(path: str) -> bool:
    free = free_bytes(path)
    return free is not None and free < LEAST_BYTES


def free_bytes(path: str) -> int | None:
    """Free space of the file system that holds `path`; None where nobody can tell."""
    try:
        return shutil.disk_usage(os.path.dirname(os.path.abspath(path))).free
    except OSError:
        return None
