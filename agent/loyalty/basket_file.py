"""A basket, a member and a moment from texts, for the command line: what is wrong is said in one line with its place."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec

from agent.loyalty.member import Member
from agent.loyalty.sale import Sale
from agent.loyalty.scene import MAX_AT_MS, MIN_AT_MS

MAX_BYTES = 1024 * 1024
T = TypeVar("T")


class Unreadable(Exception):
    """A text that is no basket, member or moment. `what` is for people; `place` is the JSON path, where one is known."""

    def __init__(self, what: str, place: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.place = place


def read_basket(raw: bytes) -> Sale:
    """A sale's body. Nesting is bounded by its shape: an unknown key is refused before it is entered.

    Raises Unreadable: too large, not JSON, unknown or missing fields, two lines of one number.
    """
    sale = _decode(raw, Sale)
    seen: set[int] = set()
    for line in sale.lines:
        if line.n in seen:
            raise Unreadable(f"two lines have the number {line.n}", "$.lines")
        seen.add(line.n)
    return sale


def read_member(raw: bytes) -> Member:
    """A member as the engine knows one. Raises Unreadable."""
    return _decode(raw, Member)


def read_moment(text: str) -> int:
    """An RFC 3339 moment with an offset as UTC milliseconds, 1970 to 2200. Raises Unreadable."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Unreadable(f"{text[:40]!r} is not a moment with an offset")
    at_ms = round(moment.timestamp() * 1000)
    if not MIN_AT_MS <= at_ms < MAX_AT_MS:
        raise Unreadable(f"{text[:40]!r} lies outside the years 1970 to 2199")
    return at_ms


def _decode(raw: bytes, shape: type[T]) -> T:
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"Longer than {MAX_BYTES} bytes")
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `")
        raise Unreadable(what, place.rstrip("`")) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from None
