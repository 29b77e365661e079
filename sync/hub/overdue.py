"""Spends of points past their last day: they stand, and a person may want to look at the till's clock. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.loyalty.leases import Spend
from agent.loyalty.lots import NEVER
from sync.hub.apply import Applied
from sync.hub.book import Book
from sync.hub.ground import Ground, day_of
from sync.hub.store.flags import Flag
from sync.wire import MoveOutBody, SaleBody

CODE = "spent_after_expiry"


def flags(applied: Iterable[Applied], books: Mapping[str, Book], ground: Ground) -> list[Flag]:
    """One for each record that spent, out of a lease, a part past its last day; the day of one with an untrusted clock is today."""
    found = []
    for record in (one.record for one in applied if not one.twice):
        body = record.body
        if isinstance(body, SaleBody | MoveOutBody) and body.member is not None:
            day = day_of(record.at, ground.zone) if record.clock == "trusted" else ground.day
            points = sum(_overdue(spend, books[body.member], day) for spend in body.spends)
            if points:
                found.append(Flag(record.till, record.inc, record.seq, CODE, {"points": points, "clock": record.clock}))
    return found


def _overdue(spend: Spend, book: Book, day: str) -> int:
    held = book.leases.get(spend.lease)
    last = {part.lot: part.expires_on or NEVER for part in held.lease.grant.backing} if held else {}
    return sum(part.points for part in spend.parts if last.get(part.lot, NEVER) < day)
