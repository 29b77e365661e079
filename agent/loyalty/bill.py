"""A basket laid out for one evaluation: its numbers by line, and which lines each selector of the programme picks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.loyalty.money import ceil_divide

if TYPE_CHECKING:
    from agent.loyalty.programme.values import Programme, Selector
    from agent.loyalty.sale import Line, Sale

MILLI = 1_000
"""Quantities are held in thousandths: "1.234" is 1234."""


def milli(quantity: str) -> int:
    """A quantity of at most 3 places in thousandths."""
    whole, dot, tail = quantity.partition(".")
    return int(whole) * MILLI + (int(tail.ljust(3, "0")) if dot else 0)


class Bill:
    """What does not change while offers are tried. Lines are meant by their place, from 0."""

    __slots__ = ("_cache", "_hits", "floors", "initial", "lines", "milli", "places", "programme", "total", "units")

    def __init__(self, programme: Programme, sale: Sale) -> None:
        lines = sale.lines
        self.programme = programme
        self.lines = lines
        self.places = list(range(len(lines)))
        self.initial = [line.amount for line in lines]
        self.milli = [MILLI if line.quantity == "1" else milli(line.quantity) for line in lines]
        self.units = [0 if thousandths % MILLI else thousandths // MILLI for thousandths in self.milli]
        """Whole pieces; 0 for weighed lines."""
        self.floors = _floors(lines, self.milli)
        """Lowest amounts by the price floor; None where no line has one."""
        self.total = sum(self.initial)
        self._hits = programme.index.hits(lines)
        self._cache: dict[tuple[int, int], list[int]] = {}

    @property
    def keys(self) -> dict[int, list[int]]:
        """Places by the number of each key of the programme that this basket hits."""
        return self._hits

    def select(self, selector: int, hidden: int) -> list[int]:
        """Places of the lines a selector picks, in order, without those another selector hides (-1 hides none)."""
        key = (selector, hidden)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._select(selector, hidden)
        return found

    def _select(self, selector: int, hidden: int) -> list[int]:
        places = self._picked(self.programme.selectors[selector])
        if hidden >= 0 and places:
            gone = set(self.select(hidden, -1))
            if gone:
                places = [place for place in places if place not in gone]
        return places

    def _picked(self, rule: Selector) -> list[int]:
        if rule.nothing:
            return []
        places = self._of_keys(rule.any) if rule.any else self.places
        if rule.none:
            gone = set(self._of_keys(rule.none))
            places = [place for place in places if place not in gone]
        if rule.price is not None:
            places = [place for place in places if rule.price.holds(self.lines[place].price)]
        if rule.quantity is not None:
            places = [place for place in places if rule.quantity.holds(self.milli[place])]
        return places

    def _of_keys(self, keys: Sequence[int]) -> list[int]:
        if len(keys) == 1:
            return self._hits.get(keys[0], [])
        found: set[int] = set()
        for key in keys:
            found.update(self._hits.get(key, ()))
        return sorted(found)


def _floors(lines: Sequence[Line], quantities: Sequence[int]) -> list[int] | None:
    if all(line.min_price is None for line in lines):
        return None
    return [
        min(line.amount, ceil_divide(line.min_price * quantity, MILLI)) if line.min_price else 0
        for line, quantity in zip(lines, quantities, strict=True)
    ]
