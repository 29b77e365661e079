"""SQLite on a disk with faults: an apsw VFS over `fault_disk`, and a peewee database that stands in for sqlite3.

disk = Disk(tmp_path)
with watching(disk):
    store = TillStore(f"{disk.root}/till.sqlite3", till="T1", factory=on_disk(disk))
"""

from __future__ import annotations

import errno
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote, urlsplit

import apsw
from fault_disk import Disk, Refused
from playhouse.apsw_ext import APSWDatabase

_count = itertools.count(1)
_EIO = {
    "write": apsw.SQLITE_IOERR_WRITE,
    "sync": apsw.SQLITE_IOERR_FSYNC,
    "truncate": apsw.SQLITE_IOERR_TRUNCATE,
    "delete": apsw.SQLITE_IOERR_DELETE,
    "create": apsw.SQLITE_CANTOPEN,
}
_CLASSES: dict[int, type[sqlite3.DatabaseError]] = {
    apsw.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    apsw.SQLITE_MISMATCH: sqlite3.IntegrityError,
    apsw.SQLITE_CORRUPT: sqlite3.DatabaseError,
    apsw.SQLITE_NOTADB: sqlite3.DatabaseError,
    apsw.SQLITE_TOOBIG: sqlite3.DataError,
}
"""As sqlite3 maps result codes; all others are OperationalError."""


@contextmanager
def _refusals(kind: str) -> Iterator[None]:
    """The disk's refusal as the result code SQLite's own VFS would give."""
    try:
        yield
    except Refused as refused:
        # A full disk met while syncing or cutting is an I/O error to SQLite.
        full = refused.number == errno.ENOSPC and kind == "write"
        raise apsw.exception_for(apsw.SQLITE_FULL if full else _EIO[kind]) from None


class FaultVFS(apsw.VFS):
    """The system's VFS, with every change told to the disk first."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.name = f"kopilka-{next(_count)}"
        super().__init__(self.name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if not path or not self.disk.holds(path):
            return apsw.VFSFile("", name, flags)
        if not flags[0] & apsw.SQLITE_OPEN_CREATE:
            return FaultFile(self.disk, path, name, flags)
        with _refusals("create"):
            return self.disk.create(path, lambda: FaultFile(self.disk, path, name, flags))  # type: ignore[no-any-return]

    def xDelete(self, filename: str, syncdir: bool) -> None:
        if not self.disk.holds(filename):
            super().xDelete(filename, syncdir)
            return
        above = super()
        with _refusals("delete"):
            self.disk.delete(filename, lambda: above.xDelete(filename, False), sync=syncdir)

    def excepthook(self, *_: object) -> bool:
        return True


class FaultFile(apsw.VFSFile):
    def __init__(self, disk: Disk, path: str, name: Any, flags: list[int]) -> None:
        self._disk, self._path = disk, path
        super().__init__("", name, flags)

    def xWrite(self, data: Any, offset: int) -> None:
        with _refusals("write"):
            self._disk.write(self._path, bytes(data), offset, super().xWrite)

    def xTruncate(self, newsize: int) -> None:
        with _refusals("truncate"):
            self._disk.truncate(self._path, newsize, super().xTruncate)

    def xSync(self, _flags: int) -> None:
        # The real file is not synced: what lasts is kept by the disk, and tests are many.
        with _refusals("sync"):
            self._disk.sync(self._path)

    def excepthook(self, *_: object) -> bool:
        return True


@contextmanager
def _as_sqlite3() -> Iterator[None]:
    """apsw's errors as sqlite3's, with their codes."""
    try:
        yield
    except apsw.Error as error:
        code = getattr(error, "extendedresult", 0) or 0
        made = _CLASSES.get(code & 0xFF, sqlite3.OperationalError)(str(error))
        made.sqlite_errorcode = code
        raise made from error


class Cursor(apsw.Cursor):
    """apsw's cursor as the product uses sqlite3's."""

    def execute(self, *words: Any, **more: Any) -> Any:
        with _as_sqlite3():
            return super().execute(*words, **more)

    def executemany(self, *words: Any, **more: Any) -> Any:
        with _as_sqlite3():
            return super().executemany(*words, **more)

    def fetchone(self) -> Any:
        with _as_sqlite3():
            return super().fetchone()

    def fetchall(self) -> Any:
        with _as_sqlite3():
            return super().fetchall()

    def __next__(self) -> Any:
        with _as_sqlite3():
            return super().__next__()

    @property
    def rowcount(self) -> int:
        return int(self.connection.changes())


class Connection(apsw.Connection):
    """`backup` as sqlite3 has it: into a connection of sqlite3, whose file is then written through the VFS."""

    def __init__(self, path: str, flags: int, vfs: str) -> None:
        super().__init__(path, flags, vfs)
        self._vfs = vfs
        self.cursor_factory = Cursor

    def close(self, force: bool = False) -> None:
        # What fails while closing SQLite keeps to itself; apsw tells it, the connection being closed all the same.
        with suppress(apsw.Error):
            super().close(force)

    def backup(self, target: Any, *rest: Any, pages: int = -1) -> Any:
        if rest:
            return super().backup(target, *rest)
        path = target.execute("PRAGMA database_list").fetchone()[2]
        with _as_sqlite3():
            copy = Connection(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE, self._vfs)
            try:
                with copy.backup("main", self, "main") as step:
                    while not step.done:
                        step.step(pages)
            finally:
                copy.close()
        return None


class FaultDatabase(APSWDatabase):
    """peewee's database over one connection through a VFS with faults."""

    def __init__(self, database: str, *, vfs: FaultVFS, **more: Any) -> None:
        self._vfs = vfs
        for word in ("check_same_thread", "uri"):
            more.pop(word, None)
        super().__init__(database, **more)

    def _connect(self) -> Connection:
        path, flags = self.database, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        if path.startswith("file:"):
            path, flags = unquote(urlsplit(path).path), apsw.SQLITE_OPEN_READONLY
        with _as_sqlite3():
            connection = Connection(path, flags, self._vfs.name)
        connection.set_busy_timeout(int(self._timeout * 1000))
        self._vfs.disk.closers.append(connection.close)
        try:
            self._add_conn_hooks(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def on_disk(disk: Disk) -> Callable[..., FaultDatabase]:
    """The store's `factory`: every database it makes lives on `disk`."""
    vfs = FaultVFS(disk)
    return lambda database, **more: FaultDatabase(database, vfs=vfs, **more)
