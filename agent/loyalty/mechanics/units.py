"""Whole units of several lines in the order of their price, compared exactly. Weighed lines have no units."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

from agent.loyalty.pricing import Pricing


class Pool:
    """The whole units of some lines. `values[i] / scale` is what one unit of line `lines[i]` costs."""

    __slots__ = ("count", "lines", "order", "scale", "units", "values")

    def __init__(self, pricing: Pricing, lines: Sequence[int], *, initial: bool, dearest: bool) -> None:
        bill = pricing.bill
        base = bill.initial if initial else pricing.left
        self.lines = [place for place in lines if bill.units[place]]
        self.units = [bill.units[place] for place in self.lines]
        self.scale = lcm(*self.units)
        self.values = [base[place] * (self.scale // units) for place, units in zip(self.lines, self.units, strict=True)]
        self.count = sum(self.units)
        # Sorting is stable both ways: of equal prices the first line goes first.
        self.order = sorted(range(len(self.lines)), key=self.values.__getitem__, reverse=dearest)

    def take(self, count: int) -> list[int]:
        """How many of the first `count` units, in the pool's order, stand on each line."""
        taken = [0] * len(self.lines)
        for spot in self.order:
            taken[spot] = min(self.units[spot], count)
            count -= taken[spot]
            if not count:
                break
        return taken

    def value(self, taken: Sequence[int]) -> int:
        """What these units cost, times `scale`."""
        return sum(value * count for value, count in zip(self.values, taken, strict=True))
