"""The spool's rows in memory: for tests and trials. It keeps the same contract as the till's store."""

from __future__ import annotations

import dataclasses
import threading

from drivers.shapes import FINISHED, JobState, PrintJob

_CRASHED = frozenset({"sending", "sent", "paused"})


class MemorySpool:
    """Rows by id in the order they were put; may be used from any thread."""

    def __init__(self) -> None:
        """Begin empty."""
        self._rows: dict[str, PrintJob] = {}
        self._lock = threading.Lock()

    def put(self, job: PrintJob) -> None:
        """Add a row. Raises ValueError for an id that is there."""
        with self._lock:
            if job.id in self._rows:
                raise ValueError(f"job {job.id} is there already")
            self._rows[job.id] = job

    def get(self, job: str) -> PrintJob:
        """A row as it stands. Raises KeyError."""
        with self._lock:
            return self._rows[job]

    def unfinished(self) -> int:
        """How many jobs are not done, over all printers."""
        with self._lock:
            return sum(row.state not in FINISHED for row in self._rows.values())

    def next(self, printer: str, now_ms: int) -> PrintJob | None:  # noqa: ARG002 - the protocol hands the clock in
        """See `drivers.shapes.Spool`."""
        with self._lock:
            open_rows = [row for row in self._rows.values() if row.printer == printer and row.state not in FINISHED]
            if not open_rows:
                return None
            row = min(open_rows, key=lambda row: (row.kind != "drawer", row.created_ms))
            return dataclasses.replace(row, state="uncertain") if row.state in _CRASHED else row

    def mark(self, job: str, state: JobState, *, now_ms: int, cause: str = "", attempt: bool = False) -> None:
        """See `drivers.shapes.Spool`."""
        with self._lock:
            row = self._rows[job]
            if row.state in FINISHED:
                return
            first = row.first_attempt_ms
            self._rows[job] = dataclasses.replace(
                row,
                state=state,
                cause=cause,
                attempts=row.attempts + attempt,
                first_attempt_ms=now_ms if attempt and first is None else first,
            )
