"""A currency of points: how fine it is, what it is worth, what it is called. All amounts are its smallest points."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from agent.loyalty.money import Rounding
from agent.loyalty.plural import Names

Base = Literal["gross", "net_of_discounts", "net_of_points"]


class Redeem(Struct, frozen=True, kw_only=True):
    """How points pay. `max_share_bp` is basis points of the eligible bill; `least` and `step` are smallest points."""

    tender: bool
    """Points count as a means of payment; else they lower the positions' prices."""
    max_share_bp: int
    least: int
    step: int
    hidden: int
    """Number of the selector whose lines points cannot pay."""
    leave_min: int
    """Minor units that stay on every line that points pay."""


class Currency(Struct, frozen=True, kw_only=True):
    """One `[points.X]` of a programme. One smallest point is worth `worth_num / worth_den` minor units."""

    id: str
    scale: int
    worth_num: int
    worth_den: int
    names: Names
    redeem: Redeem | None
    base: Base
    tax_excluded: bool
    rounding: Rounding
    by_line: bool
    """Round each line by itself instead of the receipt once."""
    hidden: int
    """Number of the selector whose lines do not earn."""
    pending: str
    expires: str

    def minor(self, points: int) -> int:
        """What so many smallest points are worth in minor units, floored (whole for whole steps, `check` sees to it)."""
        return points * self.worth_num // self.worth_den

    def points_within(self, minor: int) -> int:
        """The most smallest points that are worth no more than `minor`; 0 where points have no worth."""
        return minor * self.worth_den // self.worth_num if self.worth_num else 0


def whole_points(points: int, scale: int) -> str:
    """Smallest points as people read them: 265 at scale 1 is "26.5", 100 at scale 2 is "1"."""
    if not scale:
        return str(points)
    sign = "-" if points < 0 else ""
    whole, rest = divmod(abs(points), 10**scale)
    tail = f"{rest:0{scale}d}".rstrip("0")
    return f"{sign}{whole}.{tail}" if tail else f"{sign}{whole}"
