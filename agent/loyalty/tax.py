"""Amounts without the tax that is in them, exactly: base x 100 / (100 + rate)."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

from agent.loyalty.bill import milli
from agent.loyalty.sale import Line

WHOLE_MILLI = 100_000
"""100 %, in thousandths of a percent."""


def rate_milli(rate: str | None) -> int:
    """A rate "22" or "5.5" in thousandths of a percent; no rate is 0."""
    return milli(rate) if rate else 0


def taxless(amounts: Sequence[int], lines: Sequence[Line]) -> tuple[list[int], int]:
    """Numerators over one denominator of the amounts without tax; amounts[i] belongs to lines[i]."""
    wholes = [WHOLE_MILLI + rate_milli(line.tax_rate) for line in lines]
    per = lcm(*set(wholes))
    return [amount * WHOLE_MILLI * (per // whole) for amount, whole in zip(amounts, wholes, strict=True)], per
