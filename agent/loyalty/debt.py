"""Claw-back and debt: points a return takes back, from where, and what a member still owes when there is not enough.

The till uses it to estimate, the hub to know. `lots` are the member's of one unit, with `left` cut to what no lease holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from agent.loyalty.lots import Lot, Part, spendable, spending_order, take, take_in_order


class ClawBack(Struct, frozen=True):
    """Where points taken back come from; parts + lapsed + debt is what was asked."""

    parts: tuple[Part, ...]
    lapsed: int
    """Met by points of the sale's own lot that were booked as expired unspent: nothing moves."""
    debt: int
    """What the member owes from now on."""


def claw_back(lots: Sequence[Lot], own_lots: Iterable[str], points: int, on_day: str, *, lapsed: int = 0) -> ClawBack:
    """Take `points` back: the sale's own lots first, pending ones too, then what is spendable, soonest to expire first; the rest is debt.

    `lapsed` is what was already booked as expired out of the own lots and not counted by an earlier return: the member has lost
    it once and owes it no second time. Raises ValueError for negative points.
    """
    if points < 0:
        raise ValueError(f"points to take back are never negative: {points}")
    own = frozenset(own_lots)
    from_own, short = take_in_order(sorted((lot for lot in lots if lot.id in own), key=spending_order), points)
    gone = min(short, lapsed)
    others = sorted((lot for lot in lots if lot.id not in own and spendable(lot, on_day)), key=spending_order)
    from_others, debt = take_in_order(others, short - gone)
    return ClawBack(from_own + from_others, gone, debt)


def settle(debt: int, lots: Iterable[Lot], on_day: str) -> tuple[tuple[Part, ...], int]:
    """Pay a debt from whatever is spendable now, before the member can spend it; returns the parts and the debt that stays."""
    return take(lots, debt, on_day)
