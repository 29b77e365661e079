"""Rules that can never hold, and rules of different kinds that can hold for the same scan: told once, at start.

It reasons on what a text may be at each of its first places. "Dead" is said only where it is proven; an overlap may be
one that a check digit would in fact settle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.scanner.pattern import Pattern
from drivers.scanner.rules import Rule
from drivers.scanner.settings import RuleSettings

_PLACES = 64
_LONGEST = 65_536
_DIGITS = frozenset("0123456789")

Signs = frozenset[str] | None
"""What may stand in one place; None is anything."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Lengths from `low` to `high`, and for each alternative prefix what may stand in the first places."""

    low: int
    high: int
    heads: tuple[tuple[Signs, ...], ...]
    complete: bool
    """Whether places and lengths say all the rule asks, besides its check and symbology."""


def find_overlaps(rules: Sequence[Rule]) -> list[str]:
    """A sentence for each dead rule and for each unclear pair, in file order. Specific before general is as it should be."""
    told = []
    shapes = [_shape(rule.settings) for rule in rules]
    for later, rule in enumerate(rules):
        for sooner in range(later):
            first = rules[sooner]
            if _covers(first, shapes[sooner], rule, shapes[later]):
                told.append(f"rule {rule.name} never holds: {first.name} before it takes all it would take")
                break
            if first.kind == rule.kind or _covers(rule, shapes[later], first, shapes[sooner]):
                continue
            if _meet(first, shapes[sooner], rule, shapes[later]):
                told.append(
                    f"rules {first.name} ({first.kind}) and {rule.name} ({rule.kind}) overlap: the first one wins"
                )
    return told


def _shape(want: RuleSettings) -> _Shape:
    low, high, places, complete = 1, _LONGEST, (), True  # type: tuple[int, int, tuple[Signs, ...], bool]
    if want.pattern:
        low, high, places, complete = _of_pattern(want.pattern)
    elif want.url:
        places, complete = tuple(frozenset(sign) for sign in want.url.partition("{")[0]), False
        low = len(places)
    elif want.json:
        places, complete = (frozenset("{"),), False
    elif want.ai:
        complete = False
    low = max(low, want.min_length or 0, want.length or 0)
    high = min(high, want.max_length or high, want.length or high)
    room = min(high, _PLACES)
    heads = []
    for prefix in want.prefix or ("",):
        asked: list[Signs] = [frozenset(sign) for sign in prefix[:room]]
        head = [_both(places, asked, place) for place in range(max(len(places), len(asked)))]
        if want.digits:
            head = [_with(signs, _DIGITS) for signs in head] + [_DIGITS] * (room - len(head))
        heads.append(tuple(head[:room]))
    return _Shape(low, high, tuple(heads), complete and not (want.digits and high > _PLACES and want.pattern))


def _of_pattern(text: str) -> tuple[int, int, tuple[Signs, ...], bool]:
    elements = Pattern.parse(text).elements
    places: list[Signs] = []
    fixed = True
    for element in elements:
        fixed = fixed and element.low == element.high
        if fixed:
            places += [element.signs] * element.low
    low, high = sum(element.low for element in elements), sum(element.high for element in elements)
    return low, high, tuple(places[:_PLACES]), fixed and high <= _PLACES


def _with(one: Signs, other: Signs) -> Signs:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _both(one: Sequence[Signs], other: Sequence[Signs], place: int) -> Signs:
    return _with(one[place] if place < len(one) else None, other[place] if place < len(other) else None)


def _covers(first: Rule, wide: _Shape, second: Rule, narrow: _Shape) -> bool:
    """Whether all that `second` takes is taken by `first`; proven, never guessed."""
    one, two = first.settings, second.settings
    if one.symbology and not (two.symbology and set(two.symbology) <= set(one.symbology)):
        return False
    if one.check not in ("", two.check):
        return False
    if one.json or one.url or one.ai:
        same = (one.url == two.url, one.ai == two.ai, bool(one.json) == bool(two.json))
        return all(same) and one.json.items() <= two.json.items() and not one.plain()
    if not wide.complete or not (wide.low <= narrow.low and narrow.high <= wide.high) or two.ai:
        return False
    return all(any(_wider(big, small, narrow.high) for big in wide.heads) for small in narrow.heads)


def _wider(big: Sequence[Signs], small: Sequence[Signs], longest: int) -> bool:
    """Whether `big` allows in every place what `small` allows; no text of `small` has places beyond `longest`."""
    for place, signs in enumerate(big[:longest]):
        if signs is None:
            continue
        narrow = small[place] if place < len(small) else None
        if narrow is None or not narrow <= signs:
            return False
    return True


def _meet(first: Rule, one: _Shape, second: Rule, two: _Shape) -> bool:
    """Whether one text could satisfy both, check digits aside."""
    left, right = first.settings, second.settings
    if bool(left.ai) or bool(right.ai):
        return False
    if left.json and right.json:
        return all(right.json.get(key, value) == value for key, value in left.json.items())
    if max(one.low, two.low) > min(one.high, two.high):
        return False
    return any(_compatible(a, b, min(one.high, two.high)) for a in one.heads for b in two.heads)


def _compatible(one: Sequence[Signs], other: Sequence[Signs], length: int) -> bool:
    common = min(max(len(one), len(other)), length)
    return all(_both(one, other, place) != frozenset() for place in range(common))
