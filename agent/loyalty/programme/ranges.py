"""Ranges of sums and quantities: `from` and `to` inclusive, `above` and `below` exclusive."""

from __future__ import annotations

from collections.abc import Callable

from agent.loyalty.programme.desk import Desk
from agent.loyalty.programme.grammar import RangeTable
from agent.loyalty.programme.values import Range
from agent.loyalty.programme.words import money, quantity
from agent.toml_lines import Path


def sums(desk: Desk, value: int | str | RangeTable, tail: Path, digits: int) -> Range | None:
    """A range of minor units; a plain sum is its lower end."""

    def parse(words: int | str) -> int:
        return money(words, digits)

    return _range(desk, value, tail, parse)


def quantities(desk: Desk, value: int | str | RangeTable, tail: Path) -> Range | None:
    """A range of thousandths of a unit; a plain quantity is its lower end."""
    return _range(desk, value, tail, quantity)


def _range(desk: Desk, value: int | str | RangeTable, tail: Path, parse: Callable[[int | str], int]) -> Range | None:
    if not isinstance(value, RangeTable):
        low = desk.read(tail, parse, value)
        return None if low is None else Range(low)
    ends: dict[str, int | None] = {}
    for key, name in (("from_", "from"), ("to", "to"), ("above", "above"), ("below", "below")):
        end = getattr(value, key)
        ends[name] = None if end is None else desk.read((*tail, name), parse, end)
    if all(end is None for end in ends.values()):
        if all(getattr(value, key) is None for key in ("from_", "to", "above", "below")):
            desk.wrong(tail, "an empty range", "from, to, above, below")
        return None
    lows = [ends["from"], None if ends["above"] is None else ends["above"] + 1]
    highs = [ends["to"], None if ends["below"] is None else ends["below"] - 1]
    low = max((end for end in lows if end is not None), default=0)
    high = min((end for end in highs if end is not None), default=None)
    if high is not None and high < low:
        desk.wrong(tail, "nothing lies in this range", "the lower end first")
        return None
    return Range(low, high, getattr(value, "of", "initial") == "left")
