"""Rewards that cannot be, each with its reason."""

from __future__ import annotations

import pytest
from programmes import POINTS, faults, offer, programme

from agent.loyalty.mechanics.earn import Earn


@pytest.mark.parametrize(
    ("phase", "then", "told"),
    [
        ("line", "", "then: no reward"),
        ("line", 'percent = "1%", amount = 5', "then: more than one reward"),
        ("line", 'percent = { off = "1%", max = "5" }', "then.percent.max: '5' is not a sum"),
        ("accrual", "earn = {}", "then.earn: either percent or points"),
        ("accrual", 'earn = { percent = "5%", points = 1 }', "then.earn: either percent or points"),
        ("accrual", 'earn = { percent = "5%", per = 100 }', "then.earn.per: a percent has no steps"),
        ("accrual", 'earn = { percent = "5%", mode = "gate" }', "then.earn.mode: a mode without a threshold"),
        (
            "accrual",
            "earn = { points = 5, above = 100 }",
            "then.earn.above: a fixed number has no threshold of its own",
        ),
        ("accrual", "earn = { points = 0, per = 100 }", "then.earn: points and per are more than 0"),
        ("accrual", "earn = { points = 1, per = 0 }", "then.earn: points and per are more than 0"),
        ("accrual", 'earn = { percent = "5%", currency = "man" }', "then.earn.currency: 'man' is no currency"),
        ("accrual", 'multiply = "0.5"', "then.multiply: '0.5' is out of range"),
    ],
)
def test_faults(phase: str, then: str, told: str) -> None:
    assert faults(POINTS + offer("o", phase, then)) == [f"offer[0].{told}"]


def test_points_need_a_currency_that_is_there_and_clear() -> None:
    assert faults(offer("o", "accrual", 'earn = "5%"')) == ["offer[0].then.earn: which currency?"]
    two = '[points.a]\nworth = "1"\n[points.b]\nworth = "1"\n'
    assert faults(two + offer("o", "accrual", "multiply = 2")) == ["offer[0].then.multiply: which currency?"]


def test_a_percent_needs_a_worth() -> None:
    rules = '[points.main]\nworth = "0"\n'
    assert faults(rules + offer("o", "accrual", 'earn = "5%"')) == [
        "offer[0].then.earn: points of main have no worth a percent could mean"
    ]
    assert faults(rules + offer("o", "accrual", "earn = { points = 1, per = 100 }")) == []


def test_points_are_smallest_points_or_text_with_the_scale() -> None:
    rules = '[points.main]\nworth = "100"\nscale = 1\n'
    for points in ("1", '"0.1"'):
        effect = programme(rules + offer("o", "accrual", f"earn = {{ points = {points}, per = 100 }}")).offers[0].effect
        assert isinstance(effect, Earn)
        assert effect.points == 1
