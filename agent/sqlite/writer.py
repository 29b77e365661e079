"""Who runs the steps that touch the writing connection: a thread of its own, or the caller."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


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
