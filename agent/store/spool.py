"""The printer worker's spool over the till's store: rows are written on the store's writer, each mark durable when it returns."""

from __future__ import annotations

from collections.abc import Callable

from agent.sqlite import Writer
from agent.store.till_store import TillStore
from drivers.shapes import JobState, PrintJob

Told = Callable[[str, JobState, str], object]


def _untold(_receipt: str, _state: JobState, _cause: str) -> None:
    """Nobody asked."""


class StoreSpool:
    """drivers.shapes.Spool. A worker asks for the next job only with empty hands, so a row in its states was left by a crash."""

    def __init__(self, store: TillStore, writer: Writer, *, told: Told = _untold) -> None:
        """`told` hears, on the writer and after the commit, what became of a receipt's paper."""
        self._store = store
        self._writer = writer
        self._told = told

    def next(self, printer: str, now_ms: int) -> PrintJob | None:
        """The printer's oldest unfinished job, drawer kicks first."""
        return self._writer.call(self._next, printer, now_ms)

    def mark(self, job: str, state: JobState, *, now_ms: int, cause: str = "", attempt: bool = False) -> None:
        """Write a job's new state. Raises KeyError for a job nobody knows."""
        self._writer.call(self._mark, job, state, now_ms=now_ms, cause=cause, attempt=attempt)

    def _next(self, printer: str, now_ms: int) -> PrintJob | None:
        # Asked several times a second by an idle worker: no transaction, unless there is something to take.
        if self._store.prints.next(printer) is None:
            return None
        with self._store.transaction():
            return self._store.prints.take(printer, now_ms)

    def _mark(self, job: str, state: JobState, *, now_ms: int, cause: str, attempt: bool) -> None:
        with self._store.transaction():
            self._store.prints.mark(job, state, now_ms=now_ms, cause=cause, attempt=attempt)
        receipt = self._store.prints.receipt_of(job)
        if receipt is not None:
            self._told(receipt, state, cause)
