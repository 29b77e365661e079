"""Whole units in the order of their price, whatever their lines' quantities."""

from __future__ import annotations

from programmes import basket, line, programme

from agent.loyalty.bill import Bill
from agent.loyalty.mechanics.units import Pool
from agent.loyalty.pricing import Pricing


def pool(*, dearest: bool) -> Pool:
    lines = (
        line(1, 1000, quantity="3"),
        line(2, 500, quantity="1.5", price=1),
        line(3, 333),
        line(4, 400),
        line(5, 666, quantity="2"),
    )
    return Pool(Pricing(Bill(programme(""), basket(*lines))), [0, 1, 2, 3, 4], initial=False, dearest=dearest)


def test_weighed_lines_are_left_out() -> None:
    found = pool(dearest=False)
    assert (found.lines, found.count) == ([0, 2, 3, 4], 7)


def test_cheapest_first_compared_exactly_ties_by_line() -> None:
    found = pool(dearest=False)
    # 333 on line 3 and on line 5, 333.33 on line 1, 400 on line 4.
    assert found.take(1) == [0, 1, 0, 0]
    assert found.take(4) == [1, 1, 0, 2]
    assert found.value(found.take(4)) * 3 == (333 * 3 * 3 + 1000) * found.scale


def test_dearest_first() -> None:
    assert pool(dearest=True).take(2) == [1, 0, 1, 0]
