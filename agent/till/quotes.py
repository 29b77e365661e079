"""Quotes given and not yet used: in memory, bounded, short-lived. A hold makes one durable."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from msgspec import Struct

from agent.loyalty.decision import Decision
from agent.loyalty.sale import Sale

MAX_QUOTES = 512


class Quote(Struct, frozen=True, kw_only=True):
    """A Decision promised until `valid_until` (UTC ms)."""

    id: str
    sale: Sale
    decision: Decision
    member: str | None
    how: str
    valid_until: int


@dataclass(slots=True)
class Quotes:
    """The newest quotes by id."""

    kept: OrderedDict[str, Quote] = field(default_factory=OrderedDict)

    def put(self, quote: Quote) -> None:
        self.kept[quote.id] = quote
        while len(self.kept) > MAX_QUOTES:
            self.kept.popitem(last=False)

    def get(self, id: str, now_ms: int) -> Quote | None:  # noqa: A002 - the field's name
        """A quote still valid."""
        quote = self.kept.get(id)
        return quote if quote is not None and quote.valid_until > now_ms else None
