"""Hold: keep a quote's points while the customer pays; durable, so a crash between paying and committing loses nothing."""

from __future__ import annotations

import hashlib

import msgspec

from agent.rows import Hold
from agent.till import identify, quotes
from agent.till.desk import Desk
from agent.till.quote import balances, units
from agent.till.quotes import Quote
from agent.till.refusal import Refusal, reused
from agent.till.reserved import AHEAD_MS, standing
from agent.till.wish import give_up


def content_of_quote(quote: str) -> str:
    """What a hold is of: the quote's id, hashed."""
    return hashlib.sha256(quote.encode()).hexdigest()


def hold(desk: Desk, id: str, quote: str) -> tuple[Hold, bool] | Refusal:  # noqa: A002 - the field's name
    """Keep the points of a quote. The same id for the same quote is the same hold (then the second value is True)."""
    content = content_of_quote(quote)
    known = desk.store.operations.hold(id)
    if known is not None:
        if known.content != content:
            return reused(id, known.created)
        return now_standing(desk, known), True
    now = desk.clock.now_ms()
    given = desk.quotes.get(quote, now)
    if given is None:
        return Refusal("quote-unknown", "conflict", {"id": quote})
    if short := _short(desk, given):
        return short
    row = Hold(
        id=id,
        content=content,
        state="open",
        member=given.member,
        created=now,
        expires=now + desk.rules.hold_life_ms,
        points=units(given.decision.spent),
        quote=quotes.encoded(given),
    )
    with desk.store.transaction():
        desk.store.operations.put_hold(row)
    return row, False


def _short(desk: Desk, given: Quote) -> Refusal | None:
    """Why the quote's points cannot be kept: others took them since."""
    if given.member is None or not given.decision.spent:
        return None
    who = identify.again(desk, member=given.member, hmac=given.hmac, masked=given.masked, how=given.how)
    held = balances(desk, who, given.decision.at)
    for name, points in sorted(given.decision.spent.items()):
        here = held[name].spendable_here if name in held else 0
        if points > here:
            return Refusal("cannot-spend", "conflict", {"currency": name, "asked": points, "allowed": here})
    return None


def now_standing(desk: Desk, row: Hold) -> Hold:
    """A hold with its state as of now."""
    return msgspec.structs.replace(row, state=standing(row, desk.clock.now_ms()))


def listed(desk: Desk, state: str) -> list[Hold]:
    """Holds in a state as of now, oldest first."""
    operations = desk.store.operations
    rows = operations.holds(state) if state != "stale" else [*operations.holds("open"), *operations.holds("stale")]
    return [row for row in (now_standing(desk, row) for row in rows) if row.state == state]


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
    give_up(desk, row.member)
    return released


def stale(desk: Desk) -> int:
    """Free the points of holds past their time; a job calls this."""
    now = desk.clock.now_ms()
    if all(standing(row, now) == "open" for row in desk.store.operations.holds("open")):
        return 0
    with desk.store.transaction():
        return desk.store.operations.stale_holds(now, made_by=now + AHEAD_MS)
