"""Points for a purchase: a percent of it in worth, points per whole step, above a threshold, or a fixed number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from agent.loyalty.mechanics.percent import WHOLE_BP, percent_text
from agent.loyalty.money import split

Mode = Literal["marginal", "gate"]


class Gain:
    """What one offer gives, by line: `stepped[i] / stepped_per` counts, `exact[i] / exact_per` is what returns use."""

    __slots__ = ("exact", "exact_per", "lines", "stepped", "stepped_per")

    def __init__(self, lines: Sequence[int], stepped: list[int], stepped_per: int) -> None:
        self.lines = lines
        self.stepped = stepped
        self.stepped_per = stepped_per
        self.exact = stepped
        self.exact_per = stepped_per


class Earn(Struct, frozen=True, kw_only=True):
    """`rate_num / rate_den` smallest points for one minor unit of the base, or `fixed` smallest points."""

    currency: int
    basis_points: int = 0
    points: int = 0
    per: int = 0
    """Minor units of one whole step; 0 where points do not come in steps."""
    above: int = 0
    mode: Mode = "marginal"
    fixed: int = 0
    rate_num: int = 0
    rate_den: int = 1
    steps: int | None = None
    """At most so many steps in one sale."""

    @property
    def code(self) -> str:
        return "earn-fixed" if self.fixed else "earn-per" if self.per else "earn-percent"

    def gain(self, lines: Sequence[int], bases: Sequence[int], per: int) -> Gain | None:
        """Points for lines of bases `bases[i] / per` minor units (0 for lines that give nothing); None below the threshold."""
        if self.fixed:
            return self._fixed(lines, bases)
        pool = sum(bases)
        counted = pool - self.above * per
        if self.above:
            if counted <= 0:
                return None
            if self.mode == "gate":
                counted = pool
        if not self.per:
            if counted == pool:
                num = self.rate_num
                return Gain(lines, [base * num for base in bases], self.rate_den * per)
            return self._shared(lines, bases, (counted * self.rate_num, self.rate_den * per))
        if not pool:
            return None
        steps = counted // (self.per * per)
        if self.steps is not None and steps > self.steps:
            steps = self.steps
            counted = steps * self.per * per
        gain = self._shared(lines, bases, (steps * self.points, 1))
        exact = self._shared(lines, bases, (counted * self.rate_num, self.rate_den * per))
        gain.exact, gain.exact_per = exact.stepped, exact.stepped_per
        return gain

    def _fixed(self, lines: Sequence[int], bases: Sequence[int]) -> Gain:
        """A fixed number lies on the lines by what they count for; where nothing counts, evenly."""
        weights = bases if any(bases) else [1] * len(bases)
        return self._shared(lines, weights, (self.fixed, 1))

    def _shared(self, lines: Sequence[int], weights: Sequence[int], whole: tuple[int, int]) -> Gain:
        """whole[0] / whole[1] points over the lines, exactly, by weight."""
        num, den = whole
        return Gain(lines, [num * weight for weight in weights], den * sum(weights))

    def lacks(self, bases: Sequence[int], per: int) -> int:
        """Minor units by which the base stays below what is strictly above the threshold, floored to whole ones."""
        return self.above - sum(bases) // per

    def numbers(self) -> dict[str, str | int]:
        if self.fixed:
            return {"points": self.fixed}
        numbers: dict[str, str | int] = (
            {"points": self.points, "per": self.per} if self.per else {"percent": percent_text(self.basis_points)}
        )
        if self.above:
            numbers |= {"above": self.above, "mode": self.mode}
        return numbers


def percent_rate(basis_points: int, worth: tuple[int, int]) -> tuple[int, int]:
    """Smallest points for one minor unit at so many basis points back, as numerator and denominator.

    `worth` is what one smallest point is worth in minor units, as a fraction too.
    """
    num, den = worth
    return basis_points * den, WHOLE_BP * num


def spread_points(points: int, weights: Sequence[int]) -> list[int]:
    """Whole points over places by exact weights; nothing weighs, nothing is given."""
    return split(points, weights) if points else [0] * len(weights)
