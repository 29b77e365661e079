"""Quotes given and not yet used: in memory, bounded, short-lived. A hold makes one durable."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from agent.loyalty.decision import Decision
from agent.loyalty.sale import Sale

MAX_QUOTES = 256
MAX_BYTES = 3 * 1024 * 1024
"""A Decision as objects takes ten times its JSON; a till box has other uses for its memory."""


class Quote(Struct, frozen=True, kw_only=True):
    """A Decision promised until `valid_until` (UTC ms)."""

    id: str
    sale: Sale
    decision: Decision
    member: str | None
    how: str
    valid_until: int


_decoder = msgspec.json.Decoder(Quote)


@dataclass(slots=True)
class Quotes:
    """The newest quotes by id, encoded; the oldest go when there are too many."""

    kept: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    size: int = 0

    def put(self, quote: Quote) -> None:
        """Keep a quote; ids are new ones always."""
        data = msgspec.json.encode(quote)
        self.kept[quote.id] = data
        self.size += len(data)
        while len(self.kept) > 1 and (len(self.kept) > MAX_QUOTES or self.size > MAX_BYTES):
            self.size -= len(self.kept.popitem(last=False)[1])

    def get(self, id: str, now_ms: int) -> Quote | None:  # noqa: A002 - the field's name
        """A quote still valid."""
        data = self.kept.get(id)
        quote = _decoder.decode(data) if data is not None else None
        return quote if quote is not None and quote.valid_until > now_ms else None
