"""Moments as the API writes them: RFC 3339 in and out, UTC milliseconds inside."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)
LAST_MS = 7_258_118_400_000
"""2200-01-01: the engine's calendar ends there."""


def iso(ms: int) -> str:
    """A moment as 2026-11-22T06:58:00Z, with milliseconds only when there are some."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    text = moment.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")
    return text.replace("+00:00", "Z")


def parse(text: str) -> int:
    """UTC ms of a moment in RFC 3339 (5.6), offset included. Raises ValueError for any other text and outside 1970 to 2199."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError("a moment is written as 2026-11-22T10:15:00+03:00")
    ms = (datetime.fromisoformat(text.upper()) - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= ms < LAST_MS:
        raise ValueError("a moment out of range")
    return ms


def day(ms: int, zone: tzinfo) -> str:
    """The ISO day of a moment in a zone."""
    return local(ms, zone).date().isoformat()


def local(ms: int, zone: tzinfo) -> datetime:
    """A moment on a zone's wall."""
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone)
