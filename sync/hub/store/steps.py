"""One durable all-or-nothing step and one look at one moment, on a file and on a server alike."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

import peewee

from agent import sqlite
from agent.errors import StorageBroken
from sync.hub.store.server import Server, may_repeat, named

T = TypeVar("T")
TRIES = 6
"""So often a step is run on a server that stumbles; then the caller is told to come again."""
_MOMENT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


@contextlib.contextmanager
def transaction(database: peewee.Database) -> Iterator[None]:
    """One durable all-or-nothing step. Nested use is a fault: who writes knows where the step begins.

    Raises StorageFull (nothing is written), StorageBroken, CorruptDatabase, Unavailable (a file another process writes, or a
    server that is away).
    """
    if isinstance(database, peewee.SqliteDatabase):
        with sqlite.transaction(database):
            yield
    else:
        with _server_errors(), _server(database).step():
            yield


def _server(database: peewee.Database) -> Server:
    assert isinstance(database, Server)
    return database


@contextlib.contextmanager
def snapshot(database: peewee.Database) -> Iterator[None]:
    """Reads inside see one moment. Raises as `transaction`."""
    if isinstance(database, Server):
        with _server_errors(), database.step(_MOMENT):
            yield
    else:
        with database.atomic():
            yield


@contextlib.contextmanager
def _server_errors() -> Iterator[None]:
    try:
        yield
    except peewee.PeeweeException as error:
        found = named(error)
        if found is error:
            raise
        raise found from error


class Steps:
    """Runs steps on the writing side of one hub's database: on a file one after another, on a server from several threads.

    A step that a server could not finish is run again from its beginning, whatever it had done: its reads, its decisions and its
    writes belong together. So `work` changes nothing but the database.
    """

    def __init__(self, database: peewee.Database, *, pause: Callable[[int], None] = lambda _: None) -> None:
        """`pause(n)` waits before the n-th repetition, by chance somewhat longer or shorter than others do."""
        self._database = database
        self._pause = pause
        self.on_broken: Callable[[], None] = lambda: None
        """Told of an I/O error, whoever's step met it: the process must end, since the kernel tells a failed sync once only."""
        self._log = sqlite.Checkpointer(database) if isinstance(database, peewee.SqliteDatabase) else None

    def run(self, work: Callable[[], T]) -> T:
        """One step, durable when this returns. Raises as `transaction`, and what `work` raises, with nothing changed."""
        if isinstance(self._database, Server):
            return self._run_on_server(self._database, work)
        try:
            with transaction(self._database):
                done = work()
            if self._log:
                self._log.committed()
        except StorageBroken:
            self.on_broken()
            raise
        return done

    def look(self, database: peewee.Database, work: Callable[[], T]) -> T:
        """Reads of one moment on `database`, the reading side; run again as a step is. Raises as `snapshot`."""
        if isinstance(database, Server):
            return self._run_on_server(database, work, begin=_MOMENT)
        with snapshot(database):
            return work()

    def _run_on_server(self, server: Server, work: Callable[[], T], *, begin: str = "BEGIN") -> T:
        for attempt in range(1, TRIES):
            try:
                with server.step(begin):
                    return work()
            except peewee.PeeweeException as error:
                server.drop_lost()
                if not may_repeat(error):
                    raise named(error) from error
            self._pause(attempt)
        with _server_errors(), server.step(begin):
            return work()
