"""Whether a member's state, as a hub tells it, can be. Pure; what cannot be is put aside, for it would stop sales or later words of the hub."""

from __future__ import annotations

import re
from datetime import date

from agent.loyalty.lots import Lot
from sync.wire import MemberState

MOST = 2**53 - 1
"""The largest number any JSON reader keeps whole; no shop's points, records or milliseconds come near."""
MANY = 10_000
"""Lots, segments, cards or tills of one member."""
MAX_ID = 80
MAX_TEXT = 400
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def fault_of(state: MemberState, *, newest: int = MOST) -> str:
    """Why a state cannot be, in a word; "" for a good one. `newest` is the page's own revision: no state is newer.

    A state of an absurd revision would be the last this till takes of its member.
    """
    if not 0 < len(state.member) <= MAX_ID:
        return "bad-id"
    if not 0 <= state.rev <= newest:
        return "bad-rev"
    if _too_much(state):
        return "too-much"
    if not all(_is_lot(lot) for lot in state.lots) or len({lot.id for lot in state.lots}) < len(state.lots):
        return "bad-lot"
    if not _are_days(state):
        return "bad-day"
    figures = (*state.leased.values(), *state.debt.values(), *state.spend.values(), *state.applied.values())
    return "" if all(0 <= figure <= MOST for figure in figures) else "bad-figure"


def _too_much(state: MemberState) -> bool:
    many = (state.lots, state.segments, state.cards, state.leased, state.debt, state.spend, state.applied)
    handles = (*state.cards, state.phone or "", state.tier or "", state.status, state.into or "")
    return (
        max(map(len, many)) > MANY
        or max(map(len, handles)) > MAX_ID
        or max(len(state.name), len(state.masked)) > MAX_TEXT
    )


def _is_lot(lot: Lot) -> bool:
    named = 0 < len(lot.id) <= MAX_ID and 0 < len(lot.unit) <= MAX_ID
    return named and 0 <= lot.left <= lot.points <= MOST and 0 <= lot.born <= MOST


def _are_days(state: MemberState) -> bool:
    days = [day for lot in state.lots for day in (lot.spendable_from, lot.expires_on) if day]
    days += [f"2024-{state.birthday}"] if state.birthday else []
    days += [state.joined] if state.joined else []
    return all(map(is_day, days))


def is_day(text: str) -> bool:
    """An ISO day of the calendar."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
