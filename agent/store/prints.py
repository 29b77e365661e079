"""Receipts and the spool's rows. A print job is written in the sale's own transaction; a worker takes it from there."""

from __future__ import annotations

import dataclasses

import peewee

from agent.rows import Receipt
from agent.sqlite import Row, Statements
from drivers.shapes import FINISHED, JobState, PrintJob

_JOB = "SELECT id, printer, document, state, created, attempts, first_attempt, cause, kind, expires FROM print_job"
_RECEIPT = "SELECT id, n, at, document, summary FROM receipt"
# The very words of the partial index: SQLite takes it only then.
_OPEN = "state NOT IN ('printed', 'handed_over', 'cancelled', 'expired')"
_LEFT: frozenset[JobState] = frozenset({"sending", "sent", "paused"})
"""States a worker gives a job in its hands; found in a row nobody holds, nobody knows what came out of the printer."""


class Prints:
    """Rows of `receipt` and `print_job`; runs on the writing connection."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._sql = Statements(database)

    def put_receipt(self, receipt: Receipt) -> None:
        self._sql.run(
            "INSERT INTO receipt (id, n, at, document, summary) VALUES (?, ?, ?, ?, ?)",
            (receipt.id, receipt.n, receipt.at, receipt.document, receipt.summary),
        )

    def receipt(self, id: str) -> Receipt | None:
        row = self._sql.one(f"{_RECEIPT} WHERE id = ?", (id,))
        return _receipt(row) if row else None

    def last(self, limit: int) -> list[Receipt]:
        """The newest receipts, newest first."""
        return [_receipt(row) for row in self._sql.all(f"{_RECEIPT} ORDER BY n DESC, id DESC LIMIT ?", (limit,))]

    def enqueue(self, job: PrintJob, *, receipt: str | None = None) -> None:
        """A new job, behind all others of its printer."""
        self._sql.run(
            "INSERT INTO print_job (id, printer, state, kind, created, expires, attempts, first_attempt, cause, receipt,"
            " document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                job.id, job.printer, job.state, job.kind, job.created_ms, job.expires_ms, job.attempts,
                job.first_attempt_ms, job.cause, receipt, job.document,
            ),
        )  # fmt: skip

    def next(self, printer: str) -> PrintJob | None:
        """A printer's oldest unfinished job, drawer kicks first: a customer waits for the change, not for the paper."""
        row = self._sql.one(
            f"{_JOB} WHERE printer = ? AND {_OPEN} ORDER BY kind <> 'drawer', created, seq LIMIT 1", (printer,)
        )
        return _job(row) if row else None

    def take(self, printer: str, now_ms: int) -> PrintJob | None:
        """`next` for a worker with empty hands: a job left in the middle of printing becomes `uncertain`, in its row too."""
        job = self.next(printer)
        if job is None or job.state not in _LEFT:
            return job
        self.mark(job.id, "uncertain", now_ms=now_ms, cause=job.cause)
        return dataclasses.replace(job, state="uncertain")

    def job(self, id: str) -> PrintJob | None:
        row = self._sql.one(f"{_JOB} WHERE id = ?", (id,))
        return _job(row) if row else None

    def of_receipt(self, receipt: str) -> list[PrintJob]:
        """Jobs that print a receipt, in order."""
        return [_job(row) for row in self._sql.all(f"{_JOB} WHERE receipt = ? ORDER BY seq", (receipt,))]

    def mark(self, id: str, state: JobState, *, now_ms: int, cause: str = "", attempt: bool = False) -> None:
        """Write a job's state; `attempt` counts one more first byte sent and keeps the first one's time.

        A finished job stays as it is. Raises KeyError for one nobody knows.
        """
        if not self._sql.run(
            "UPDATE print_job SET state = ?1, cause = ?2, attempts = attempts + ?3,"  # noqa: S608 - fixed words
            " first_attempt = CASE WHEN ?3 THEN coalesce(first_attempt, ?4) ELSE first_attempt END"
            f" WHERE id = ?5 AND {_OPEN}",
            (state, cause, int(attempt), now_ms, id),
        ) and not self._sql.one("SELECT 1 FROM print_job WHERE id = ?", (id,)):
            raise KeyError(id)

    def receipt_of(self, job: str) -> str | None:
        """The receipt a job prints; None for a kick or a page of its own."""
        row = self._sql.one("SELECT receipt FROM print_job WHERE id = ?", (job,))
        return str(row[0]) if row and row[0] is not None else None

    def waiting(self) -> int:
        """Jobs not done, over all printers."""
        row = self._sql.one(f"SELECT count(*) FROM print_job WHERE {_OPEN}")  # noqa: S608 - fixed words
        return int(row[0]) if row else 0


def _receipt(row: Row) -> Receipt:
    return Receipt(row[0], row[1], row[2], bytes(row[3]), bytes(row[4]))


def _job(row: Row) -> PrintJob:
    id_, printer, document, state, created, attempts, first, cause, kind, expires = row
    return PrintJob(
        id=id_,
        printer=printer,
        document=bytes(document),
        state=state,
        created_ms=created,
        attempts=attempts,
        first_attempt_ms=first,
        cause=cause,
        kind=kind,
        expires_ms=expires,
    )


assert all(f"'{state}'" in _OPEN for state in FINISHED), "the index and the shapes name the same ends"
