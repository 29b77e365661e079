"""What an earn offer gives its lines, stepped for the receipt and exact for returns."""

from __future__ import annotations

from fractions import Fraction

from agent.loyalty.mechanics.earn import Earn, percent_rate

PER_TEN = Earn(currency=0, points=1, per=1000, rate_num=1, rate_den=1000)


def test_percent_of_worth() -> None:
    # 5 % back where a point is worth 1.00: a point for 20.00.
    assert Fraction(*percent_rate(500, (100, 1))) == Fraction(1, 2000)
    assert Fraction(*percent_rate(500, (1, 2))) == Fraction(1, 10)


def test_whole_steps_are_shared_and_exact_points_are_without_them() -> None:
    gain = PER_TEN.gain([4, 7], [1095, 1095], 1)
    assert gain is not None
    assert [Fraction(num, gain.stepped_per) for num in gain.stepped] == [1, 1]
    assert [Fraction(num, gain.exact_per) for num in gain.exact] == [Fraction(1095, 1000)] * 2


def test_bases_may_be_fractions() -> None:
    gain = PER_TEN.gain([0], [1999 * 3], 3)
    assert gain is not None
    assert (Fraction(gain.stepped[0], gain.stepped_per), Fraction(gain.exact[0], gain.exact_per)) == (
        1,
        Fraction(1999, 1000),
    )


def test_thresholds() -> None:
    gate = Earn(currency=0, points=2, per=100, above=500, mode="gate", rate_num=2, rate_den=100)
    assert gate.gain([0], [500], 1) is None
    assert gate.lacks([490], 1) == 10
    assert gate.numbers() == {"points": 2, "per": 100, "above": 500, "mode": "gate"}
    gain = gate.gain([0], [501], 1)
    assert gain is not None
    assert Fraction(gain.stepped[0], gain.stepped_per) == 10


def test_codes_and_fixed_points() -> None:
    fixed = Earn(currency=0, fixed=5)
    assert (fixed.code, PER_TEN.code, Earn(currency=0, basis_points=500).code) == (
        "earn-fixed",
        "earn-per",
        "earn-percent",
    )
    gain = fixed.gain([0, 1], [0, 0], 1)
    assert gain is not None
    assert [Fraction(num, gain.stepped_per) for num in gain.stepped] == [Fraction(5, 2)] * 2
    assert PER_TEN.gain([0], [0], 1) is None
