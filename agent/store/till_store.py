"""The till's store: one SQLite file, opened, checked and migrated; every write inside one transaction of one connection."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from agent import sqlite
from agent.errors import StorageBroken, StorageFull
from agent.store.journal import Journal
from agent.store.members import Members
from agent.store.operations import Operations
from agent.store.prints import Prints
from agent.store.rights import Rights
from agent.store.schema import STEPS
from agent.store.settings import Meta, Programmes
from agent.store.spoilt import SpoiltStates

UNKNOWN = -1


class TillStore:
    """Everything the till keeps. Use it from one thread at a time (the writer's)."""

    def __init__(self, path: str, *, till: str, factory: sqlite.Factory | None = None) -> None:
        """Open, check and migrate, or make. Raises CorruptDatabase, NewerDatabase, StorageFull, StorageBroken, Unavailable."""
        self.path = path
        self.till = till
        self.on_broken: Callable[[], None] = lambda: None
        """Told of an I/O error: the process must end, and heals at its next start."""
        self.before: Callable[[], None] = lambda: None
        """Called before each transaction: what keeps room for it, where somebody does."""
        self._factory = factory
        self.database = sqlite.open_migrated(path, STEPS, factory=factory)
        try:
            self._checkpoints = sqlite.Checkpointer(self.database)
            self.sql = sqlite.Statements(self.database)
            self._seen = self._version()
            self._join()
        except BaseException:
            self.database.close()
            raise

    def _join(self) -> None:
        database = self.database
        self.journal = Journal(database, self.till)
        self.members = Members(database)
        self.spoilt = SpoiltStates(database)
        self.members.open_base(self.till)
        self.rights = Rights(database)
        self.operations = Operations(database)
        self.prints = Prints(database)
        self.meta = Meta(database)
        self.programmes = Programmes(database)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of a step or nothing of it, durable when it returns.

        Raises StorageFull (nothing was kept), CorruptDatabase, Unavailable (another process writes); StorageBroken ends the process:
        the step may stand or not, as its replay after the restart will find.
        """
        self.before()
        try:
            with self._kept():
                yield
            self._checkpoints.committed()
        except StorageBroken:
            self.on_broken()
            raise

    @contextlib.contextmanager
    def _kept(self) -> Iterator[None]:
        tail = self.journal.tail
        try:
            with sqlite.transaction(self.database):
                self._refresh()
                yield
        except BaseException as error:
            # From memory, which cannot fail where the disk just did; the next transaction asks the disk.
            self.journal.tail, self._seen = tail, UNKNOWN
            if isinstance(error, StorageFull):
                self._checkpoints.refused()
            raise

    def _refresh(self) -> None:
        """Another process may have written (a command beside the service): the tail in memory is then of the past."""
        version = self._version()
        if version != self._seen:
            self.journal.reload()
            self._seen = version

    def _version(self) -> int:
        row = self.sql.one("PRAGMA data_version")
        return int(row[0]) if row else 0

    def backup(self, target: str) -> None:
        """An online copy by a connection of its own; sales do not wait for it. Any thread may call it."""
        reader = sqlite.open_database(self.path, readonly=True, factory=self._factory)
        try:
            sqlite.backup(reader, target)
        finally:
            reader.close()

    def scrub(self) -> None:
        """Leave nothing on the disk of what was deleted: the file made anew, the log emptied. Raises the storage errors."""
        sqlite.bring_home(self.database)
        with sqlite.storage_errors(self.path):
            self.database.execute_sql("VACUUM")
        sqlite.bring_home(self.database)

    def close(self) -> None:
        self.members.close()
        if not self.database.is_closed():
            self.database.close()
