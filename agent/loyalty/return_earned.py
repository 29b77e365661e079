"""Earned points a partly returned sale keeps: from the exact points it recorded, rounded as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from agent.loyalty.decision import Earned, LineResult
from agent.loyalty.money import rounded

_EXACT = re.compile(r"[0-9]{1,80}(/[1-9][0-9]{0,79})?")
_NONE = Fraction(0)


def kept(currency: str, earned: Earned, lines: Sequence[LineResult], returned: Mapping[int, Fraction]) -> int:
    """min(earned, round(sum of exact x left)); `returned` is each line's share gone, 0 to 1.

    Thresholds and steps the sale met stay met: the exact points are without them. Raises ValueError for exact points that are
    no fraction.
    """
    exact = {line.n: _exact(line, currency) for line in lines}
    recorded = any(exact.values())
    if not recorded:
        exact = {line.n: Fraction(line.amount or 1) for line in lines}
    scale = Fraction(1)
    if not recorded or _rounded(exact.values(), earned) < earned.points:
        # Points beyond what lines record shrink with the lines they stand beside.
        scale = earned.points / sum(exact.values(), _NONE)
    left = (points * scale * (1 - returned.get(n, _NONE)) for n, points in exact.items())
    return min(earned.points, _rounded(left, earned))


def _exact(line: LineResult, currency: str) -> Fraction:
    text = line.exact.get(currency, str(line.earned.get(currency, 0)))
    if not _EXACT.fullmatch(text):
        raise ValueError(f"line {line.n}: not exact points: {text[:40]!r}")
    return Fraction(text)


def _rounded(points: Iterable[Fraction], earned: Earned) -> int:
    """Whole points by the sale's own rounding, once or line by line."""
    values = list(points) if earned.scope == "line" else [sum(points, _NONE)]
    return sum(rounded(value, earned.rounding) for value in values)
