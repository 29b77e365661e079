"""What a running hub stands on: a file with one writer, whose pushes share commits, or a server with several writers at once.

Threads and connections begin and end here; everything else of the service is the same for both.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import ParamSpec, Protocol, TypeVar

import peewee

from agent.sqlite import ThreadWriter, open_database
from sync.hub.group import Group
from sync.hub.hub import Hub
from sync.hub.keys import Keys
from sync.hub.opening import open_hub
from sync.hub.store.server import Server
from sync.hub.store.steps import Steps
from sync.wire import Head, PushAnswer

WRITERS = 4
"""Pushes at once in one process: they wait for the server's disk, and for one till's row when they are of one till."""
READERS = 2

P = ParamSpec("P")
T = TypeVar("T")
Push = Callable[[str, Head, Sequence[bytes]], Awaitable[PushAnswer]]
Chance = Callable[[int], bytes]


class Writer(Protocol):
    """As agent.sqlite's, with the pool its work runs in."""

    @property
    def pool(self) -> Executor: ...

    def call(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]: ...

    def close(self) -> None: ...


class Engine(Protocol):
    """Database, threads, and the way of a push to a writer."""

    database: peewee.Database
    reader: peewee.Database
    keys: Keys
    steps: Steps
    writer: Writer
    readers: Executor

    def push(self, hub: Hub) -> Push: ...

    def apart(self) -> contextlib.AbstractContextManager[peewee.Database]:
        """A connection of its own for who reads for a minute."""
        ...

    def close(self) -> None: ...


class FileEngine:
    """One SQLite file, one process, one writer."""

    def __init__(self, path: str, *, chance: Chance, monotonic_ms: Callable[[], int]) -> None:
        """Raises storage errors."""
        self._path = path
        self._monotonic_ms = monotonic_ms
        self.database, self.keys = open_hub(path, chance=chance)
        os.chmod(path, 0o600)
        self.reader: peewee.Database = open_database(path, readonly=True)
        self.steps = Steps(self.database)
        self.writer: Writer = ThreadWriter("hub-writer")
        self.readers: Executor = ThreadPoolExecutor(1, thread_name_prefix="hub-reader")

    def push(self, hub: Hub) -> Push:
        return Group(hub, self.writer.pool, monotonic_ms=self._monotonic_ms).push

    @contextlib.contextmanager
    def apart(self) -> Iterator[peewee.Database]:
        with contextlib.closing(open_database(self._path, readonly=True)) as reader:
            yield reader

    def close(self) -> None:
        self.writer.close()
        self.readers.shutdown(wait=True)
        self.reader.close()
        self.database.close()


class Writers:
    """Several writing threads; whoever waits for one must not be one."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="hub-writer")

    def call(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.pool.submit(work, *args, **kwargs).result()

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self.pool.submit(work, *args, **kwargs)

    def close(self) -> None:
        self.pool.shutdown(wait=True)


class ServerEngine:
    """A PostgreSQL server, beside other processes; each thread has its own connection, so there are as many as threads."""

    def __init__(self, dsn: str, *, chance: Chance, pause: Callable[[int], None]) -> None:
        """`pause(n)` waits before the n-th repetition of a step. Raises Unavailable, CorruptDatabase, NewerDatabase, ConfigFault."""
        self.database, self.keys = open_hub(dsn, chance=chance)
        self.reader = self.database
        self.steps = Steps(self.database, pause=pause)
        self.writer: Writer = Writers()
        self.readers: Executor = ThreadPoolExecutor(READERS, thread_name_prefix="hub-reader")

    def push(self, hub: Hub) -> Push:
        async def push(till: str, head: Head, lines: Sequence[bytes]) -> PushAnswer:
            return await asyncio.get_running_loop().run_in_executor(self.writer.pool, hub.push_from, till, head, lines)

        return push

    @contextlib.contextmanager
    def apart(self) -> Iterator[peewee.Database]:
        assert isinstance(self.database, Server)
        with contextlib.closing(self.database.another()) as reader:
            yield reader

    def close(self) -> None:
        self.writer.close()
        self.readers.shutdown(wait=True)
        self.database.close()
