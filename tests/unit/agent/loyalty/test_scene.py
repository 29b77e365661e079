"""Conditions on who, when and how, each at its edges."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from programmes import MEMBER, member, programme

from agent.loyalty.member import Member
from agent.loyalty.scene import MAX_AT_MS, Scene, local

MOSCOW = ZoneInfo("Europe/Moscow")


def code(
    when: str, moment: str = "2026-11-22T10:15", who: Member | None = MEMBER, **more: tuple[str, ...]
) -> str | None:
    rules = programme(
        '[[tier]]\nid = "gold"\n[[offer]]\nid = "o"\nphase = "line"\nthen = { percent = "1%" }\nwhen = { '
        + when
        + " }\n"
    )
    scene = Scene(who, datetime.fromisoformat(moment).replace(tzinfo=MOSCOW), **more)
    refusal = scene.refusal(rules.contexts[rules.offers[0].context])
    return refusal[0] if refusal else None


@pytest.mark.parametrize(
    ("moment", "met"),
    [("18:59:59", False), ("19:00:00", True), ("21:59:59", True), ("22:00:00", False)],
)
def test_hours_start_inclusive_end_exclusive(moment: str, met: bool) -> None:
    assert (code('hours = "19:00-22:00"', f"2026-11-22T{moment}") is None) is met


@pytest.mark.parametrize(
    ("moment", "met"), [("21:59", False), ("22:00", True), ("23:59", True), ("01:59", True), ("02:00", False)]
)
def test_hours_past_midnight(moment: str, met: bool) -> None:
    assert (code('hours = "22:00-02:00"', f"2026-11-22T{moment}") is None) is met


def test_hours_to_the_days_end_and_lists() -> None:
    assert code('hours = "20:00-24:00"', "2026-11-22T23:59") is None
    assert code('hours = ["08:00-09:00", "10:00-11:00"]') is None


def test_past_midnight_the_weekday_is_the_moments_own() -> None:
    night = 'hours = "22:00-02:00", weekdays = "sun"'
    assert code(night, "2026-11-22T23:00") is None
    assert code(night, "2026-11-23T01:00") == "other-weekday"


@pytest.mark.parametrize(
    ("dates", "met"),
    [
        ('{ from = "2026-11-22", to = "2026-11-22" }', True),
        ('{ to = "2026-11-21" }', False),
        ('{ from = "2026-11-23" }', False),
        ('["2026-01-01", { from = "2026-11-01" }]', True),
        ("2026-11-22", True),
    ],
)
def test_dates_are_inclusive(dates: str, met: bool) -> None:
    assert (code(f"dates = {dates}") is None) is met


@pytest.mark.parametrize(
    ("birthday", "today", "met"),
    [
        ("11-25", "2026-11-22", True),
        ("11-26", "2026-11-22", False),
        ("1990-01-02", "2026-12-30", True),
        ("1990-01-02", "2026-12-29", False),
        ("11-19", "2026-11-22", True),
        ("01-02", "2026-12-30", True),
        ("12-30", "2027-01-02", True),
        ("02-29", "2027-02-28", True),
        ("02-29", "2027-03-03", True),
        ("02-29", "2027-03-04", False),
        ("02-29", "2028-03-03", True),
        ("02-29", "2028-02-25", False),
        ("13-45", "2026-11-22", False),
        (None, "2026-11-22", False),
    ],
)
def test_birthday_three_days_around(birthday: str | None, today: str, met: bool) -> None:
    assert (code("birthday = 3", f"{today}T12:00", member(birthday=birthday)) is None) is met


@pytest.mark.parametrize(("joined", "met"), [("2026-11-22", True), ("2026-10-24", True), ("2026-10-23", False), ("2026-11-23", False), ("soon", False), (None, False)])  # fmt: skip
def test_new_members(joined: str | None, met: bool) -> None:
    assert (code('new_member = "30d"', who=member(joined=joined)) is None) is met


@pytest.mark.parametrize(
    ("when", "who", "expected"),
    [
        ('tier = "gold"', member(tier="gold"), None),
        ('tier = "gold"', MEMBER, "other-tier"),
        ('tier = "gold"', None, "no-member"),
        ('tier = "gold"', member(tier="gold", status="blocked"), "card-blocked"),
        ('tier = "gold"', member(tier="gold", status="not_activated"), None),
        ("member = true", None, "no-member"),
        ("member = false", None, None),
        ("member = false", MEMBER, "not-for-members"),
        ("member = false", member(status="blocked"), None),
        ('segment = ["a", "b"]', member(segments=("b",)), None),
        ('segment = "a"', MEMBER, "other-segment"),
        ('club = "wine"', member(clubs=("wine",)), None),
        ('club = "wine"', MEMBER, "other-club"),
        ('subscription = "plus"', MEMBER, "no-subscription"),
    ],
)
def test_who(when: str, who: Member | None, expected: str | None) -> None:
    assert code(when, who=who) == expected


def test_tenders_all_or_any() -> None:
    mixed = ("card", "cash")
    assert code('tender = "card"', tenders=("card",)) is None
    assert code('tender = "card"', tenders=mixed) == "other-tender"
    assert code('tender = { any = "card" }', tenders=mixed) is None
    assert code('tender = "card"') == "other-tender"


def test_coupons() -> None:
    assert code('coupon = ["A", "B"]', coupons=("B",)) is None
    assert code('coupon = "A"') == "no-coupon"


def test_nobody_at_the_same_moment() -> None:
    scene = Scene(member(status="blocked"), datetime(2026, 1, 2, 3, 4, tzinfo=MOSCOW), coupons=("A",))
    twin = scene.without_member()
    assert (twin.member, twin.blocked, twin.day, twin.coupons) == (None, False, "2026-01-02", frozenset("A"))
    assert scene.blocked


def test_moments_outside_the_calendar() -> None:
    assert local(0, MOSCOW).hour == 3
    for at in (-1, MAX_AT_MS):
        with pytest.raises(ValueError, match="1970 to 2200"):
            local(at, MOSCOW)
