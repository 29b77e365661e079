"""Receipts and the spool's rows. A print job is written in the sale's own transaction; a worker takes it from there."""

from __future__ import annotations

import peewee

from agent.rows import Receipt
from drivers.shapes import JobState, PrintJob

_COLUMNS = "id, printer, document, state, created, attempts, first_attempt, cause, kind, expires"
_DONE = "('printed', 'handed_over', 'cancelled', 'expired')"


class Prints:
    """Rows of `receipt` and `print_job`; runs on the writing connection."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._database = database

    def put_receipt(self, receipt: Receipt) -> None:
        self._database.execute_sql(
            "INSERT INTO receipt (id, n, at, document, summary) VALUES (?, ?, ?, ?, ?)",
            (receipt.id, receipt.n, receipt.at, receipt.document, receipt.summary),
        )

    def receipt(self, id: str) -> Receipt | None:
        row = self._database.execute_sql(
            "SELECT id, n, at, document, summary FROM receipt WHERE id = ?", (id,)
        ).fetchone()
        return Receipt(row[0], row[1], row[2], bytes(row[3]), bytes(row[4])) if row else None

    def last(self, limit: int) -> list[Receipt]:
        """The newest receipts, newest first."""
        rows = self._database.execute_sql(
            "SELECT id, n, at, document, summary FROM receipt ORDER BY n DESC LIMIT ?", (limit,)
        )
        return [Receipt(row[0], row[1], row[2], bytes(row[3]), bytes(row[4])) for row in rows.fetchall()]

    def enqueue(self, job: PrintJob, *, receipt: str | None = None) -> None:
        self._database.execute_sql(
            "INSERT INTO print_job (id, printer, state, kind, created, expires, receipt, document)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (job.id, job.printer, job.state, job.kind, job.created_ms, job.expires_ms, receipt, job.document),
        )

    def next(self, printer: str) -> PrintJob | None:
        """The oldest job of a printer that is not done."""
        row = self._database.execute_sql(
            f"SELECT {_COLUMNS} FROM print_job WHERE printer = ? AND state NOT IN {_DONE}"  # noqa: S608 - fixed words
            " ORDER BY created, id LIMIT 1",
            (printer,),
        ).fetchone()
        return _job(row) if row else None

    def job(self, id: str) -> PrintJob | None:
        row = self._database.execute_sql(f"SELECT {_COLUMNS} FROM print_job WHERE id = ?", (id,)).fetchone()  # noqa: S608 - fixed words
        return _job(row) if row else None

    def of_receipt(self, receipt: str) -> list[PrintJob]:
        rows = self._database.execute_sql(
            f"SELECT {_COLUMNS} FROM print_job WHERE receipt = ? ORDER BY created, id",  # noqa: S608 - fixed words
            (receipt,),
        )
        return [_job(row) for row in rows.fetchall()]

    def mark(self, id: str, state: JobState, *, now_ms: int, cause: str = "", attempt: bool = False) -> None:
        """Write a job's state; `attempt` counts one more first byte sent and keeps the first one's time."""
        if attempt:
            self._database.execute_sql(
                "UPDATE print_job SET state = ?, cause = ?, attempts = attempts + 1,"
                " first_attempt = coalesce(first_attempt, ?) WHERE id = ?",
                (state, cause, now_ms, id),
            )
            return
        self._database.execute_sql("UPDATE print_job SET state = ?, cause = ? WHERE id = ?", (state, cause, id))

    def waiting(self) -> int:
        """Jobs not done, over all printers."""
        row = self._database.execute_sql(
            f"SELECT count(*) FROM print_job WHERE state NOT IN {_DONE}"  # noqa: S608 - fixed words
        ).fetchone()
        return int(row[0])


def _job(row: tuple[str, str, bytes, JobState, int, int, int | None, str, str, int | None]) -> PrintJob:
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
        kind=kind,  # type: ignore[arg-type]  # the column holds nothing else
        expires_ms=expires,
    )
