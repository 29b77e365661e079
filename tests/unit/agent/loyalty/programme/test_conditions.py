"""Conditions that look at nobody's lines become shared contexts."""

from __future__ import annotations

import pytest
from programmes import faults, offer, programme

from agent.loyalty.programme.values import Context


def context(when: str) -> Context:
    rules = programme('[[tier]]\nid = "gold"\n' + offer("o", "line", "amount = 1", when=when))
    return rules.contexts[rules.offers[0].context]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ('lines = "s1"', Context()),
        ('tier = "gold"', Context(tiers=frozenset({"gold"}))),
        ("birthday = 3", Context(birthday=(3, 3))),
        ("birthday = { after = 7 }", Context(birthday=(0, 7))),
        ('tender = { any = ["a", "b"] }', Context(tenders=frozenset("ab"), all_tenders=False)),
        ('dates = { to = "2026-01-01" }', Context(dates=(("0001-01-01", "2026-01-01"),))),
        ('weekdays = ["mon-tue", "sun"]', Context(weekdays=frozenset({0, 1, 6}))),
        ('coupon = "X"', Context(coupons=frozenset("X"))),
    ],
)
def test_contexts(when: str, expected: Context) -> None:
    assert context(when) == expected


def test_personal_contexts() -> None:
    assert context("member = false").personal
    assert not context('hours = "10:00-11:00", coupon = "X"').personal


def test_faults() -> None:
    (told,) = faults(offer("o", "line", "amount = 1", when='dates = { from = "2026-02-01", to = "2026-01-01" }'))
    assert told == "offer[0].when.dates: the last date is before the first"
    (told,) = faults(offer("o", "line", "amount = 1", when='tier = "gold"'))
    assert told == "offer[0].when.tier: 'gold' is no tier"


def test_a_day_no_calendar_has_is_told_once() -> None:
    assert len(faults(offer("o", "line", "amount = 1", when='dates = "2026-02-30"'))) == 1
