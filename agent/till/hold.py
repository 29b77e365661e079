"""Hold: keep a quote's points while the customer pays; durable, so a crash between paying and committing loses nothing."""

from __future__ import annotations

import hashlib

import msgspec

from agent.rows import Hold
from agent.till import identify
from agent.till.desk import Desk
from agent.till.quote import balances, units
from agent.till.quotes import Quote
from agent.till.refusal import Refusal

_quote = msgspec.json.Decoder(Quote)


def hold(desk: Desk, id: str, quote: str) -> tuple[Hold, bool] | Refusal:  # noqa: A002 - the field's name
    """Keep the points of a quote. The same id for the same quote is the same hold (then the second value is True)."""
    content = hashlib.sha256(quote.encode()).hexdigest()
    known = desk.store.operations.hold(id)
    if known is not None:
        return (known, True) if known.content == content else Refusal("id-reused", "conflict", {"id": id})
    now = desk.clock.now_ms()
    given = desk.quotes.get(quote, now)
    if given is None:
        return Refusal("quote-unknown", "conflict", {"quote": quote})
    wanted = units(given.decision.spent)
    if wanted and given.member is not None:
        who = identify.by_id(desk, given.member, how=given.how)
        held = {} if isinstance(who, Refusal) else balances(desk, who, now)
        for name, points in given.decision.spent.items():
            here = held[name].spendable_here if name in held else 0
            if points > here:
                return Refusal("cannot-spend", "conflict", {"currency": name, "asked": points, "spendable_here": here})
    row = Hold(
        id=id,
        content=content,
        state="open",
        member=given.member,
        created=now,
        expires=now + desk.rules.hold_life_ms,
        points=wanted,
        quote=msgspec.json.encode(given),
    )
    with desk.store.transaction():
        desk.store.operations.put_hold(row)
    return row, False


def held_quote(row: Hold) -> Quote:
    """The quote a hold keeps."""
    return _quote.decode(row.quote)


def release(desk: Desk, id: str) -> Hold | Refusal:  # noqa: A002 - the field's name
    """Let a hold's points go. A released one stays released; a captured one is a sale."""
    row = desk.store.operations.hold(id)
    if row is None:
        return Refusal("hold-unknown", "not_found", {"id": id})
    if row.state == "captured":
        return Refusal("hold-captured", "conflict", {"id": id})
    if row.state == "released":
        return row
    released = msgspec.structs.replace(row, state="released")
    with desk.store.transaction():
        desk.store.operations.put_hold(released)
    return released


def stale(desk: Desk) -> int:
    """Free the points of holds past their time; a job calls this."""
    now = desk.clock.now_ms()
    due = [row for row in desk.store.operations.holds("open") if row.expires <= now]
    if not due:
        return 0
    with desk.store.transaction():
        return desk.store.operations.stale_holds(now)
