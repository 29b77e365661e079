"""So many units for one price: "any three for 300.00"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from msgspec import Struct

from agent.loyalty.mechanics.units import Pool
from agent.loyalty.money import Rounding, divide, split_within
from agent.loyalty.pricing import Cut, Pricing


class BundlePrice(Struct, frozen=True):
    """Every `units` whole units cost `price` minor units together, dearest first, as long as that is cheaper."""

    units: int
    price: int
    sets: int | None
    initial: bool
    rounding: Rounding

    code = "bundle"

    def cut(self, pricing: Pricing, lines: Sequence[int]) -> Cut:
        pool = Pool(pricing, lines, initial=self.initial, dearest=True)
        sets = pool.count // self.units
        if self.sets is not None:
            sets = min(sets, self.sets)
        price = self.price * pool.scale

        def worthless(number: int) -> bool:
            """Whether set `number` (from 0) costs no more by itself. Dearest first, so once true it stays true."""
            upto = pool.value(pool.take((number + 1) * self.units))
            return upto - pool.value(pool.take(number * self.units)) <= price

        sets = bisect_left(range(sets), True, key=worthless)
        if not sets:
            return Cut([], [])
        taken = pool.take(sets * self.units)
        amount = divide(pool.value(taken) - sets * price, pool.scale, self.rounding)
        weights = [value * units for value, units in zip(pool.values, taken, strict=True)]
        return Cut(pool.lines, split_within(amount, weights, [pricing.room[place] for place in pool.lines]))

    def most_off(self, left: Sequence[int]) -> int:
        """No less than this can take off lines of these amounts."""
        return sum(left)

    def numbers(self) -> dict[str, str | int]:
        return {"units": self.units, "price": self.price}
