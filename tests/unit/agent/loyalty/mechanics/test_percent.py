"""Percent off: rounding once, caps, the initial amount."""

from __future__ import annotations

import pytest
from programmes import basket, decide, discounts, offer

from agent.loyalty.mechanics.percent import PercentOff, percent_text


def test_rounded_once_over_the_offers_lines() -> None:
    decision = decide(offer("o", "line", 'percent = "10%"'), basket(14, 14, 14))
    assert (decision.discount, discounts(decision)) == (4, [2, 1, 1])


def test_a_cap_on_the_offer() -> None:
    decision = decide(offer("o", "line", 'percent = { off = "50%", max = 99 }'), basket(100, 200))
    assert discounts(decision) == [33, 66]


@pytest.mark.parametrize(("basis_points", "text"), [(1000, "10"), (750, "7.5"), (1, "0.01"), (3333, "33.33")])
def test_text(basis_points: int, text: str) -> None:
    assert percent_text(basis_points) == text


def test_most_off_is_never_less_than_a_cut() -> None:
    effect = PercentOff(3333, None, initial=False, rounding="half_up")
    decision = decide(offer("o", "line", 'percent = "33.33%"'), basket(1, 1, 1, 99))
    assert effect.most_off([1, 1, 1, 99]) >= decision.discount
