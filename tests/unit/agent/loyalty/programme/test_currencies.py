"""[points.X]: steps that can be paid, names with all forms, days that can be reckoned."""

from __future__ import annotations

import pytest
from programmes import faults, programme


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            'worth = "0.5"\nredeem = {}',
            "redeem.step: 1 smallest points are worth 1/2 minor units, which cannot be paid",
        ),
        (
            'worth = "1"\nscale = 1\nredeem = { step = 5 }',
            "redeem.step: 5 smallest points are worth 1/2 minor units, which cannot be paid",
        ),
        ('worth = "0"\nredeem = {}', "worth: points that pay need a worth"),
        ('worth = "1"\nredeem = { step = 0 }', "redeem.step: a step is more than 0"),
        ('worth = "1"\nredeem = { as = "tender", leave_min = 1 }', "redeem.leave_min: a tender lowers no line"),
        ('worth = "1"\nname.en = ["point"]', "name.en: 1 forms"),
        ('worth = "1"\nlots = { pending = "soon" }', "lots.pending: 'soon' is not a wait"),
        ('worth = "1"\nlots = { expires = "after_activity+30" }', "lots.expires: 'after_activity+30' is not an expiry"),
        ('worth = "1"\nexclude = "group"', None),
        ('worth = "1"\nexclude = "grp:x"', "exclude: 'grp:x' names no lines"),
    ],
)
def test_faults(table: str, told: str | None) -> None:
    assert faults(f"[points.main]\n{table}\n") == ([] if told is None else [f"points.main.{told}"])


def test_a_step_that_can_be_paid() -> None:
    currency = programme('[points.main]\nworth = "0.5"\nredeem = { step = 2, min = 10 }\n').currencies[0]
    assert currency.redeem is not None
    assert (currency.redeem.step, currency.redeem.least, currency.redeem.max_share_bp) == (2, 10, 10_000)


def test_currencies_go_by_id() -> None:
    rules = programme('[points.b]\nworth = "1"\n[points.a]\nworth = "1"\n')
    assert [each.id for each in rules.currencies] == ["a", "b"]
    assert rules.currency_of("b") is rules.currencies[1]
    assert rules.currency_of("c") is None
