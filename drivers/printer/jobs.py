"""A row of the spool as the bytes of its next attempt."""

from __future__ import annotations

import zlib

from drivers.printer.attempt import Job
from drivers.printer.copies import as_copy
from drivers.printer.document import decode_document
from drivers.printer.escpos import ask_ack, drawer_job, receipt_job
from drivers.printer.profiles import Profile
from drivers.shapes import PrintJob

DRAWER_EXPIRES_MS = 3000
"""A drawer that opens late opens for nobody."""
_ID_DIGITS = 26


def ack_id(job: str, attempt: int) -> bytes:
    """Four letters that tell this attempt's answer from every other's within reach."""
    number = zlib.crc32(f"{attempt}\0{job}".encode("utf-8", "surrogatepass"))
    letters = bytearray()
    for _ in range(4):
        number, digit = divmod(number, _ID_DIGITS)
        letters.append(ord("A") + digit)
    return bytes(letters)


def expires_ms(row: PrintJob) -> int | None:
    """When a job is not worth printing any more, in UTC milliseconds; None for never."""
    if row.expires_ms is None and row.kind == "drawer":
        return row.created_ms + DRAWER_EXPIRES_MS
    return row.expires_ms


def is_copy(row: PrintJob, void_attempts: int = 0) -> bool:
    """Whether paper of this receipt may already be about: an attempt of which a byte went out, or a copy asked for."""
    return row.kind == "copy" or row.attempts > void_attempts


def prepare(row: PrintJob, profile: Profile, *, first_printed: str | None, is_torn: bool, chunk_bytes: int) -> Job:
    """Encode a row; `first_printed` is the time in words that heads a copy, None for no copy.

    `is_torn` says that the printer may hold a piece of this job or of another that must be ended first.

    Raises DocumentFault, ControlByteFault or RealtimeFault for a row that can never be printed.
    """
    attempt = row.attempts + 1
    this = ack_id(row.id, attempt)
    ack = ask_ack(profile.ack, this)
    if row.kind == "drawer":
        data = drawer_job(ack)
    else:
        document = decode_document(row.document)
        data = receipt_job(as_copy(document, first_printed) if first_printed else document, profile, ack=ack)
    return Job(
        data=data,
        ack_id=this,
        before=frozenset(ack_id(row.id, earlier) for earlier in range(1, attempt)),
        doubtful=is_torn,
        chunk_bytes=chunk_bytes,
    )
