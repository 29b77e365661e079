"""Lots: points of one unit with one day to become spendable and one day to expire. Spent soonest to expire first.

Every function takes lots of one unit and gives new values; days are ISO strings in the programme's zone, so they compare as text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from agent.loyalty.decision import Earned
from agent.loyalty.lot_rules import add_days

NEVER = "9999-99-99"
"""Sorts a lot that never expires behind all others."""


class Lot(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`left` of `points` is not yet spent. Dates are ISO days in the programme's zone, inclusive on both ends.

    `born` (UTC ms of the earning sale's closing) orders lots of one expiry by age; `id` breaks the last tie.
    """

    id: str
    unit: str
    points: int
    left: int
    born: int
    spendable_from: str = ""
    """First day to spend; "" means at once."""
    expires_on: str | None = None
    """Last day to spend; None never expires."""


class Part(Struct, frozen=True):
    """So many points taken from, or given back to, one lot."""

    lot: str
    points: int


class Due(Struct, frozen=True):
    """So many points that change on one day: can be spent from `day` on (maturing), or to the end of `day` (expiring)."""

    day: str
    points: int


def lot_of(earned: Earned, *, lot_id: str, unit: str, born: int) -> Lot:
    """The lot a sale's accrual gives; the days were worked out with the sale."""
    return Lot(
        id=lot_id,
        unit=unit,
        points=earned.points,
        left=earned.points,
        born=born,
        spendable_from=earned.available_from or "",
        expires_on=earned.expires_on,
    )


def spending_order(lot: Lot) -> tuple[str, int, str]:
    """Soonest to expire first, ties by age, then by id; never-expiring last."""
    return lot.expires_on or NEVER, lot.born, lot.id


def expired(lot: Lot, on_day: str) -> bool:
    return lot.expires_on is not None and lot.expires_on < on_day


def spendable(lot: Lot, on_day: str) -> bool:
    return lot.spendable_from <= on_day and not expired(lot, on_day)


def available(lots: Iterable[Lot], on_day: str) -> int:
    """Points that can be spent on that day."""
    return sum(lot.left for lot in lots if spendable(lot, on_day))


def maturing(lots: Iterable[Lot], on_day: str) -> tuple[Due, ...]:
    """What can be spent only later, by the day from which it can, soonest first."""
    return _by_day((lot.spendable_from, lot.left) for lot in lots if lot.spendable_from > on_day)


def expiring(lots: Iterable[Lot], on_day: str, horizon_days: int) -> tuple[Due, ...]:
    """What expires on `on_day` or within so many days after it, by its last day to spend; pending lots too."""
    end = add_days(on_day, horizon_days)
    return _by_day(
        (lot.expires_on, lot.left) for lot in lots if lot.expires_on is not None and on_day <= lot.expires_on <= end
    )


def _by_day(dues: Iterable[tuple[str, int]]) -> tuple[Due, ...]:
    sums: defaultdict[str, int] = defaultdict(int)
    for day, points in dues:
        if points:
            sums[day] += points
    return tuple(Due(day, sums[day]) for day in sorted(sums))


def take(lots: Iterable[Lot], points: int, on_day: str) -> tuple[tuple[Part, ...], int]:
    """Choose `points` out of what can be spent on that day; returns the parts and what is short. Apply with `without`."""
    if points < 0:
        raise ValueError(f"points to take are never negative: {points}")
    return take_in_order(sorted((lot for lot in lots if spendable(lot, on_day)), key=spending_order), points)


def take_in_order(lots: Iterable[Lot], points: int) -> tuple[tuple[Part, ...], int]:
    """Choose `points` from the lots as they stand, first to last, whatever their days."""
    parts = []
    for lot in lots:
        if not points:
            break
        part = min(points, lot.left)
        if part > 0:
            parts.append(Part(lot.id, part))
            points -= part
    return tuple(parts), points


def without(lots: Sequence[Lot], parts: Iterable[Part]) -> tuple[Lot, ...]:
    """The lots after parts were taken. Raises ValueError when a lot is unknown or would go below 0."""
    changes = _sums(parts)
    after = tuple(_changed(lot, -changes.pop(lot.id)) if lot.id in changes else lot for lot in lots)
    if changes:
        raise ValueError(f"parts of unknown lots: {', '.join(sorted(changes))}")
    return after


def restore(lots: Sequence[Lot], parts: Iterable[Part]) -> tuple[tuple[Lot, ...], tuple[Part, ...]]:
    """Give parts back to their own lots, keeping their days; second value: what found no lot here, or no room in it.

    What comes back to a lot that expired meanwhile is expired too: `expire` names it.
    """
    changes = _sums(parts)
    after = []
    for lot in lots:
        back = min(changes.get(lot.id, 0), lot.points - lot.left)
        if back:
            changes[lot.id] -= back
        after.append(_changed(lot, back) if back else lot)
    return tuple(after), tuple(Part(lot, points) for lot, points in sorted(changes.items()) if points)


def expire(lots: Iterable[Lot], on_day: str) -> tuple[Part, ...]:
    """What is left of lots whose last day is before `on_day`; book it to `expired` and apply with `without`."""
    return tuple(Part(lot.id, lot.left) for lot in lots if lot.left and expired(lot, on_day))


def _sums(parts: Iterable[Part]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for part in parts:
        if part.points < 0:
            raise ValueError(f"a part is never negative: {part.points} of {part.lot}")
        sums[part.lot] = sums.get(part.lot, 0) + part.points
    return sums


def _changed(lot: Lot, points: int) -> Lot:
    left = lot.left + points
    if not 0 <= left <= lot.points:
        raise ValueError(f"lot {lot.id} of {lot.points} points cannot have {left} left")
    return msgspec.structs.replace(lot, left=left)
