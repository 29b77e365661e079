"""Times in the names of copies, which sort them: a copy made later never sorts before one that is there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SHAPE = "%Y%m%dT%H%M%SZ"


def next_stamp(names: Iterable[str], now_ms: int) -> str:
    """The time as YYYYMMDDTHHMMSSZ, UTC, or a second after the newest stamp in `names`.

    A clock set back would make the newest copy the oldest by name, and the first to be thrown away.
    """
    now = (_EPOCH + timedelta(milliseconds=now_ms)).strftime(_SHAPE)
    newest = max((stamp for name in names for stamp in _STAMP.findall(name)), default="")
    if newest < now:
        return now
    try:
        return (datetime.strptime(newest, _SHAPE).replace(tzinfo=UTC) + timedelta(seconds=1)).strftime(_SHAPE)
    except (ValueError, OverflowError):
        # No moment at all: not a name of ours.
        return now
