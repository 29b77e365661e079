"""Whole minor units: division with a named rounding, and sums split so that the parts agree to the last kopeck."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

Rounding = Literal["floor", "half_up", "half_even"]


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """The quotient as a whole number; `denominator` is positive, a half goes up with `half_up`."""
    if rounding == "floor":
        return numerator // denominator
    if rounding == "half_up":
        return (2 * numerator + denominator) // (2 * denominator)
    whole, rest = divmod(numerator, denominator)
    if 2 * rest == denominator:
        return whole + (whole & 1)
    return whole + (2 * rest > denominator)


def rounded(value: Fraction, rounding: Rounding) -> int:
    """An exact share as a whole number, by the named rounding."""
    return divide(value.numerator, value.denominator, rounding)


def ceil_divide(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` in parts proportional to `weights` by largest remainder, compared exactly, ties by place. Parts sum to `amount`.

    Weights are whole numbers >= 0 (bring fractions to one denominator first). Raises ValueError when all are 0 and `amount` is not.
    """
    total = sum(weights)
    if not total:
        if amount:
            raise ValueError(f"{amount} cannot be split over nothing")
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    missing = amount - sum(parts)
    if missing:
        rests = [amount * weight % total for weight in weights]
        # A stable sort in reverse keeps equal remainders in their order, so the first line wins a tie.
        for place in sorted(range(len(parts)), key=rests.__getitem__, reverse=True)[:missing]:
            parts[place] += 1
    return parts


def split_within(amount: int, weights: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """Like `split`, but no part is above its room: what does not fit moves on to the others, in proportion.

    The parts sum to `amount`, or to all the room of weighted places when that is less.
    """
    total = sum(weights)
    # A list and not a generator: half the time on a hundred lines.
    if total and not any([amount * weight > room * total for weight, room in zip(weights, rooms, strict=True)]):  # noqa: C419 - see above
        return split(amount, weights)
    live = [place for place, weight in enumerate(weights) if weight and rooms[place] > 0]
    total = sum([weights[place] for place in live])
    rest = min(amount, sum([rooms[place] for place in live]))
    parts = [0] * len(weights)
    while live and rest:
        over = [place for place in live if rest * weights[place] > rooms[place] * total]
        if not over:
            break
        # All that are over are filled in one round, by the shares of this round: order cannot matter.
        for place in over:
            parts[place] = rooms[place]
        rest -= sum([rooms[place] for place in over])
        total -= sum([weights[place] for place in over])
        full = set(over)
        live = [place for place in live if place not in full]
    for place, part in zip(live, split(rest, [weights[place] for place in live]), strict=True):
        parts[place] = part
    return parts
