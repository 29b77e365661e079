"""Quotes given and not yet used: in memory, bounded, short-lived. A hold makes one durable."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from agent.loyalty.decision import Decision
from agent.loyalty.member import Member
from agent.loyalty.sale import Sale

MAX_QUOTES = 512
MAX_BYTES = 8 * 1024 * 1024


class Quote(Struct, frozen=True, kw_only=True):
    """A Decision promised until `valid_until` (UTC ms)."""

    id: str
    sale: Sale
    """Without the card's number: member and keyed name stand for it."""
    decision: Decision
    judged: Member | None = None
    """As the engine saw the member."""
    member: str | None
    how: str
    hmac: str = ""
    masked: str = ""
    valid_until: int


_decoder = msgspec.json.Decoder(Quote)


def encoded(quote: Quote) -> bytes:
    """A quote to be kept; the trace was for whoever asked."""
    return msgspec.json.encode(
        msgspec.structs.replace(quote, decision=msgspec.structs.replace(quote.decision, trace=()))
    )


def decoded(data: bytes) -> Quote:
    """What `encoded` kept. Raises msgspec.DecodeError or msgspec.ValidationError."""
    return _decoder.decode(data)


@dataclass(slots=True)
class Quotes:
    """The newest quotes by id, as bytes: a tenth of the memory, and nothing for the collector to walk."""

    kept: OrderedDict[str, tuple[int, bytes]] = field(default_factory=OrderedDict)
    size_bytes: int = 0

    def put(self, quote: Quote) -> None:
        """Keep one; the oldest of too many go."""
        data = encoded(quote)
        self.kept[quote.id] = quote.valid_until, data
        self.size_bytes += len(data)
        while len(self.kept) > MAX_QUOTES or (self.size_bytes > MAX_BYTES and len(self.kept) > 1):
            _, (_, gone) = self.kept.popitem(last=False)
            self.size_bytes -= len(gone)

    def forget(self) -> None:
        """All of them."""
        self.kept.clear()
        self.size_bytes = 0

    def get(self, id: str, now_ms: int) -> Quote | None:  # noqa: A002 - the field's name
        """A quote still valid."""
        valid_until, data = self.kept.get(id, (now_ms, b""))
        return decoded(data) if valid_until > now_ms else None
