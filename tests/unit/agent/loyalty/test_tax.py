"""Tax taken out of amounts, exactly."""

from __future__ import annotations

from fractions import Fraction

from programmes import line

from agent.loyalty.tax import rate_milli, taxless


def test_rates() -> None:
    assert [rate_milli(rate) for rate in (None, "22", "5.5", "0")] == [0, 22000, 5500, 0]


def test_amounts_without_tax_over_one_denominator() -> None:
    lines = [line(1, 12200, tax_rate="22"), line(2, 11000, tax_rate="10"), line(3, 500)]
    nums, per = taxless([12200, 11000, 500], lines)
    assert [Fraction(num, per) for num in nums] == [10000, 10000, 500]
