"""Values out of their stored bytes; what does not decode is a damaged database, not a bug."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from agent.errors import CorruptDatabase

T = TypeVar("T")


def decoded(decoder: msgspec.json.Decoder[T], data: bytes | str, *, path: str, table: str) -> T:
    """Raises CorruptDatabase with the table's name; SQLite's own check does not look into values."""
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CorruptDatabase(path=path, problem=f"{table}: {error}") from error
