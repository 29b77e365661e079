"""Moments as the API writes them: RFC 3339 in and out, UTC milliseconds inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(ms: int) -> str:
    """A moment as 2026-11-22T06:58:00Z, with milliseconds only when there are some."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    text = moment.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")
    return text.replace("+00:00", "Z")


def parse(text: str) -> int:
    """UTC ms of an RFC 3339 moment. Raises ValueError when it is none, or has no offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset, as 2026-11-22T10:15:00+03:00")
    if not 1970 <= moment.year <= 9000:
        raise ValueError("a moment out of range")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def day(ms: int, zone: tzinfo) -> str:
    """The ISO day of a moment in a zone."""
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone).date().isoformat()


def local(ms: int, zone: tzinfo) -> datetime:
    """A moment on a zone's wall."""
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone)
