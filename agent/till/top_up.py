"""Top-up: ask the hub for more to spend than is held here, while the customer waits; it recalls what other online tills hold.

`begin`, then `look` until it says no more, then `end`, whatever came: a wish nobody waits for any longer is withdrawn by a record, so
that points granted late are given back and not left lying here.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from agent.loyalty.ledger import points_unit
from agent.loyalty.sale import Code
from agent.rows import WantRow, position
from agent.till import identify, when
from agent.till.answer import balance_answer
from agent.till.balance import Balance, balance, known, today
from agent.till.desk import Desk
from agent.till.refusal import Refusal
from agent.till.wish import asking, journal_want, may_wish, withdraw
from sync.wire import PROVISIONAL, LeaseAnswer, WantBody

MOST = 10**12
CUT_OFF_MS = 4 * 60_000
"""A till that is on line is heard of more often, though it sell nothing."""
Progress = Literal["enough", "waiting", "no-more"]


class TopUp(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `POST /v1/current/top-up` takes: how many points the customer wants to spend in all, or "max"; of which currency."""

    points: Annotated[int, Meta(ge=1, le=MOST)] | Literal["max"] = "max"
    currency: Code | None = None
    """May be left out where the programme has one only."""


class Goal(Struct, frozen=True, kw_only=True):
    """What is being waited for."""

    member: str
    currency: str
    points: int
    most: bool
    """Asked for "max": whatever comes is an answer."""
    after: int
    """Wishes behind this position belong to it."""

    @property
    def unit(self) -> str:
        return points_unit(self.currency)


def begin(desk: Desk, asked: TopUp) -> Goal | Refusal:
    """Who stands here and what they lack; the wish for it is on its way when this returns."""
    currency = _currency(desk, asked)
    if isinstance(currency, Refusal):
        return currency
    shown = desk.current.members()
    if len(shown) != 1:
        return Refusal("two-cards" if shown else "nobody-shown", "conflict")
    who = identify.presented(desk, shown[0])
    if who.state is None or not may_wish(who.state):
        return Refusal("top-up-nobody", "conflict", {"card": who.masked})
    desk.current.touch(desk.clock.monotonic_ms())
    now = desk.clock.now_ms()
    state = asking(desk, known(desk, who.member), currency, today(desk, now))
    tail = desk.store.journal.tail
    goal = Goal(
        member=who.member,
        currency=currency,
        points=max(state.spendable, state.here) if asked.points == "max" else asked.points,
        most=asked.points == "max",
        after=position(tail.inc, tail.seq),
    )
    if state.here < goal.points and not desk.online():
        return Refusal("top-up-offline", "conflict", {"currency": currency, "allowed": state.here})
    look(desk, goal)
    return goal


def _currency(desk: Desk, asked: TopUp) -> str | Refusal:
    names = [row.id for row in desk.programme(desk.clock.now_ms()).currencies]
    if asked.currency is None and len(names) == 1:
        return names[0]
    if asked.currency in names:
        return asked.currency
    return Refusal("currency-unknown", "invalid", {"currency": asked.currency or "", "known": ", ".join(names)})


def look(desk: Desk, goal: Goal) -> Progress:
    """How it stands. Part of what was wished for may have come: the rest is a wish of its own, since a lease never grows."""
    here = held(desk, goal).spendable_here
    if here >= goal.points:
        return "enough"
    if _pending(desk, goal):
        return "waiting"
    answered = desk.store.rights.wants(goal.member, goal.unit, goal.after)
    if answered and answered[-1].state != "granted":
        return "no-more"
    now = desk.clock.now_ms()
    with desk.store.transaction():
        journal_want(desk, WantBody(member=goal.member, unit=goal.unit, points=goal.points - here), now)
    desk.push_soon()
    return "waiting"


def end(desk: Desk, goal: Goal) -> dict[str, object] | Refusal:
    """Whatever has come is the answer; what has not is wished for no longer."""
    last = (*_pending(desk, goal), *desk.store.rights.wants(goal.member, goal.unit, goal.after))
    withdraw(desk, _pending(desk, goal))
    told = next((msgspec.json.decode(want.told, type=LeaseAnswer) for want in reversed(last) if want.told), None)
    row = held(desk, goal)
    all_there_is = told is not None and told.refused not in PROVISIONAL and not told.holders
    if row.spendable_here >= goal.points or (goal.most and all_there_is):
        return {
            "member": goal.member,
            "currency": goal.currency,
            "points": goal.points,
            "spendable_here": row.spendable_here,
            "balance": balance_answer({goal.currency: row})[goal.currency],
        }
    return _short(desk, goal, row, told)


def held(desk: Desk, goal: Goal) -> Balance:
    """The balance as of now."""
    return balance(desk, known(desk, goal.member), goal.currency, today(desk, desk.clock.now_ms()))


def _pending(desk: Desk, goal: Goal) -> list[WantRow]:
    return [want for want in desk.store.rights.pending(goal.member) if want.unit == goal.unit]


def _short(desk: Desk, goal: Goal, row: Balance, told: LeaseAnswer | None) -> Refusal:
    """Why there is no more: no answer, a hub in recovery, points that lie elsewhere and where, or none at all."""
    fields: dict[str, str | int] = {"currency": goal.currency, "asked": goal.points, "allowed": row.spendable_here}
    if told is None and not desk.online():
        return Refusal("top-up-offline", "conflict", fields)
    if told is not None and told.refused == "recovering":
        return Refusal("top-up-recovering", "conflict", fields)
    if told is not None and told.holders:
        now = desk.clock.now_ms()
        zone = desk.programme(now).zone
        seen = min(holder.seen for holder in told.holders)
        fields |= {
            "elsewhere": sum(holder.points for holder in told.holders),
            "tills": ", ".join(holder.till for holder in told.holders),
            "seen": when.iso(seen),
            "seen_at": when.local(seen, zone).strftime("%H:%M"),
        }
        return Refusal("top-up-cut-off" if now - seen > CUT_OFF_MS else "top-up-elsewhere", "conflict", fields)
    return Refusal("top-up-nothing" if told else "top-up-no-answer", "conflict", fields)
