"""The till's store: one SQLite file, opened, checked and migrated; every write inside one transaction of one connection."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import peewee

from agent import sqlite
from agent.store.journal import Journal
from agent.store.members import Members
from agent.store.operations import Operations
from agent.store.prints import Prints
from agent.store.rights import Rights
from agent.store.schema import STEPS
from agent.store.settings import Meta, Programmes, Tokens


class TillStore:
    """Everything the till keeps. Use it from one thread at a time (the writer's)."""

    def __init__(self, path: str, *, till: str, factory: sqlite.Factory | None = None) -> None:
        """Open, check and migrate. Raises CorruptDatabase, NewerDatabase, StorageFull, StorageBroken."""
        self.path = path
        self.till = till
        self.database = sqlite.open_database(path, factory=factory)
        try:
            sqlite.quick_check(self.database)
            sqlite.migrate(self.database, STEPS)
            self._join(self.database)
        except BaseException:
            self.database.close()
            raise

    def _join(self, database: peewee.SqliteDatabase) -> None:
        self.journal = Journal(database, self.till)
        self.members = Members(database)
        self.rights = Rights(database)
        self.operations = Operations(database)
        self.prints = Prints(database)
        self.meta = Meta(database)
        self.programmes = Programmes(database)
        self.tokens = Tokens(database)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of a step or nothing of it, durable when it returns. Raises StorageFull, StorageBroken, CorruptDatabase."""
        try:
            with sqlite.transaction(self.database):
                yield
        except BaseException:
            with contextlib.suppress(peewee.DatabaseError):
                self.journal.reload()
            raise

    def backup(self, target: str) -> None:
        """An online copy; sales wait no longer than a page batch."""
        sqlite.backup(self.database, target)

    def close(self) -> None:
        if not self.database.is_closed():
            self.database.close()
