"""One durable all-or-nothing step, and bringing the log home in steps whose errors are seen."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import peewee

from agent.errors import StorageBroken, StorageFull, Unavailable
from agent.sqlite.faults import storage_errors
from agent.sqlite.opening import path_of

COMMITS = 100
GROWTH_BYTES = 4 * 1024 * 1024


@contextlib.contextmanager
def transaction(database: peewee.SqliteDatabase) -> Iterator[None]:
    """One durable all-or-nothing step. Nested use is a fault: who writes knows where the step begins.

    Raises StorageFull (nothing is written), StorageBroken, CorruptDatabase, Unavailable (another process writes).
    """
    if in_transaction(database):
        raise RuntimeError("a transaction is open already")
    path = path_of(database)
    # Not peewee's atomic(): its ROLLBACK of what SQLite took back by itself, as on a full disk, fails and hides the reason.
    with storage_errors(path):
        database.execute_sql("BEGIN IMMEDIATE")
        try:
            yield
            if not in_transaction(database):
                # Whoever caught an error that ended the transaction must not go on as if it stood.
                raise StorageBroken(path=path, problem="the transaction ended before its commit")
            database.execute_sql("COMMIT")
        except BaseException:
            if in_transaction(database):
                with contextlib.suppress(peewee.DatabaseError):
                    database.execute_sql("ROLLBACK")
            raise


@contextlib.contextmanager
def savepoint(database: peewee.SqliteDatabase) -> Iterator[None]:
    """A part of an open transaction that leaves nothing behind when it raises; the rest of the transaction stands.

    An error that ended the whole transaction, as a full disk may, is raised as it is: the transaction tells it.
    """
    database.execute_sql("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if in_transaction(database):
            database.execute_sql("ROLLBACK TO part")
            database.execute_sql("RELEASE part")
        raise
    database.execute_sql("RELEASE part")


def in_transaction(database: peewee.SqliteDatabase) -> bool:
    """Whether SQLite itself has a transaction open on this connection."""
    return bool(database.connection().in_transaction)


def bring_home(database: peewee.SqliteDatabase) -> None:
    """All of the log into the file, which alone is the database then; whoever renames or copies a file needs that of it.

    Closing does the same and keeps its errors to itself: half a database would take the name of a whole one. Raises StorageFull,
    StorageBroken, Unavailable (somebody else has it open).
    """
    path = path_of(database)
    with storage_errors(path):
        blocked = database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if blocked:
        raise Unavailable("storage-busy", path=path)


class Checkpointer:
    """Copies the log's pages into the database by explicit steps.

    SQLite's own checkpoints run inside a commit and keep their errors to themselves: a failed fsync would pass unseen, and the
    kernel forgets it after the first telling.
    """

    def __init__(self, database: peewee.SqliteDatabase, *, commits: int = COMMITS) -> None:
        self._database = database
        self._log = path_of(database) + "-wal"
        self._limit = commits
        self._commits = 0
        self._size_bytes = 0
        with storage_errors(path_of(database)):
            database.execute_sql("PRAGMA wal_autocheckpoint = 0")

    def committed(self) -> None:
        """Call after each commit, outside of transactions. Raises StorageBroken, CorruptDatabase."""
        self._commits += 1
        if self._commits >= self._limit or self._grown() > GROWTH_BYTES:
            # A full disk stops no commit that already stands in the log; the next try may find room.
            with contextlib.suppress(StorageFull):
                self.run()

    def refused(self) -> None:
        """Call after a step found the disk full: the log may hold room that is the database's. Raises StorageBroken, CorruptDatabase.

        Where that finds no room either, the next commit that does tries again before the log takes all there is.
        """
        with contextlib.suppress(StorageFull):
            self.run()
        self._commits = self._limit

    def run(self) -> None:
        """Bring home what no reader still needs in the log. Raises StorageFull, StorageBroken, CorruptDatabase."""
        with storage_errors(path_of(self._database)):
            self._database.execute_sql("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._commits = 0
        self._size_bytes += self._grown()  # the log is written anew from its beginning, the file keeps its size

    def _grown(self) -> int:
        try:
            return os.stat(self._log).st_size - self._size_bytes
        except OSError:
            return 0
