"""N+M: buy some, get some free, the cheapest (or dearest) of the pool; also "every third at half price"."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from agent.loyalty.mechanics.percent import WHOLE_BP, percent_text
from agent.loyalty.mechanics.units import Pool
from agent.loyalty.money import Rounding, divide, split_within
from agent.loyalty.pricing import Cut, Pricing


class NthFree(Struct, frozen=True):
    """Of every `buy + get` whole units `get` cost `basis_points` less; `sets` caps how often in one sale."""

    buy: int
    get: int
    basis_points: int
    dearest: bool
    spread_all: bool
    """Book the discount over all lines of the pool, so that the paid units cannot be returned in full."""
    partial: bool
    """A set not yet full gives what it has beyond `buy` already."""
    sets: int | None
    initial: bool
    rounding: Rounding

    code = "nth_free"

    def cut(self, pricing: Pricing, lines: Sequence[int]) -> Cut:
        pool = Pool(pricing, lines, initial=self.initial, dearest=self.dearest)
        count = self.free(pool.count)
        if not count:
            return Cut([], [])
        taken = pool.take(count)
        shares = [value * units for value, units in zip(pool.values, taken, strict=True)]
        amount = divide(sum(shares) * self.basis_points, pool.scale * WHOLE_BP, self.rounding)
        weights = [pricing.left[place] for place in pool.lines] if self.spread_all else shares
        parts = split_within(amount, weights, [pricing.room[place] for place in pool.lines])
        free = {place: units for place, units in zip(pool.lines, taken, strict=True) if units}
        cut = Cut(pool.lines, parts, free)
        cut.wholly = self.basis_points == WHOLE_BP
        return cut

    def free(self, units: int) -> int:
        """Units free of so many: n div (b+g) x g + max(0, n mod (b+g) - b)."""
        full, rest = divmod(units, self.buy + self.get)
        count = full * self.get + (max(0, rest - self.buy) if self.partial else 0)
        return count if self.sets is None else min(count, self.sets * self.get)

    def most_off(self, left: Sequence[int]) -> int:
        """No less than this can take off lines of these amounts."""
        return sum(left)

    def numbers(self) -> dict[str, str | int]:
        numbers: dict[str, str | int] = {"buy": self.buy, "get": self.get}
        if self.basis_points != WHOLE_BP:
            numbers["percent"] = percent_text(self.basis_points)
        return numbers
