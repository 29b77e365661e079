"""Offers in order, equal conditions shared, what does not run refused."""

from __future__ import annotations

import pytest
from programmes import POINTS, faults, offer, programme


def test_offers_stand_in_the_order_they_act() -> None:
    rules = programme(
        POINTS
        + offer("base", "accrual", 'earn = "5%"')
        + offer("b", "line", "amount = 1")
        + offer("a", "line", "amount = 1")
        + offer("first", "line", "amount = 1", more="priority = 1")
        + offer("price", "price", "price = 1")
    )
    assert [each.id for each in rules.offers] == ["price", "first", "a", "b", "base"]
    assert [each.no for each in rules.offers] == [0, 1, 2, 3, 4]
    assert rules.first_accrual == 4


def test_equal_conditions_and_selectors_are_one() -> None:
    when = 'lines = ["group:a", "group:b"], hours = "10:00-11:00"'
    rules = programme("".join(offer(f"o{n}", "line", "amount = 1", when=when) for n in range(50)))
    assert (len(rules.contexts), len(rules.selectors)) == (2, 3)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (offer("o", "issue", 'percent = "1%"'), "offer[0].phase"),
        (offer("o", "points", 'percent = "1%"'), "offer[0].phase"),
        (offer("o", "tender", 'percent = "1%"'), "offer[0].phase"),
        (offer("o", "line", "stamps = 1"), "offer[0].then.stamps"),
        (offer("o", "line", 'percent = "1%"', when='store = "s"'), "offer[0].when.store"),
        (offer("o", "line", 'percent = "1%"', more='limit = { per_member = "1/1d" }'), "offer[0].limit.per_member"),
        (offer("o", "line", 'percent = "1%"', more='offline = "deny"'), "offer[0].offline"),
        (offer("o", "line", 'percent = "1%"', more="risk = 1"), "offer[0].risk"),
        ('[[tier]]\nid = "gold"\nthis_sale = true\n', "tier[0].this_sale"),
    ],
)
def test_what_does_not_run_yet_is_refused(table: str, key: str) -> None:
    (told,) = faults(POINTS + table)
    assert told.startswith(f"{key}: ")


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (offer("o", "line", 'earn = "5%"'), 'offer[0].phase: this reward does not belong to "line"'),
        (offer("o", "accrual", 'percent = "5%"'), 'offer[0].phase: this reward does not belong to "accrual"'),
        (offer("o", "accrual", 'earn = "5%"', more="alone = true"), "offer[0].alone: only a discount can stand alone"),
        (
            offer("o", "accrual", 'earn = "5%"', more='of = "initial"'),
            "offer[0].of: what earns is said by [points.X].earn.base",
        ),
        (
            offer("o", "line", "amount = 5", more='of = "initial"'),
            "offer[0].of: a sum off does not depend on what it is taken of",
        ),
    ],
)
def test_what_cannot_be(table: str, told: str) -> None:
    assert faults(POINTS + table) == [told]


def test_rivals_are_noticed() -> None:
    assert not programme(offer("o", "line", 'percent = "5%"')).rivals
    for more, when in (
        ("alone = true", ""),
        ('group = "g"', ""),
        ("", "member = false"),
        ("", 'total = { from = 1, of = "left" }'),
    ):
        assert programme(offer("o", "line", 'percent = "5%"', when=when, more=more)).rivals


def test_twice_the_same_tier() -> None:
    assert faults('[[tier]]\nid = "a"\n[[tier]]\nid = "a"\n') == ["tier[1].id: the tier 'a' stands twice"]


def test_faults_of_equal_conditions_are_told_at_every_offer() -> None:
    rules = "".join(offer(f"o{n}", "line", "amount = 1", when='hours = "never", lines = "grp:x"') for n in range(2))
    assert [each.split(":")[0] for each in faults(rules)] == [
        "offer[0].when.hours", "offer[0].when.lines", "offer[1].when.hours", "offer[1].when.lines"
    ]  # fmt: skip
