"""What the till wishes for and when it gives back."""

import pytest

from agent.loyalty.leases import Backing, Grant, Lease, close, spend
from sync.leases import (
    IDLE_MS,
    REFUSED_MS,
    SHIFT_PUSH_MS,
    STANDING_LIFE_MS,
    VISIT_LIFE_MS,
    Asking,
    Held,
    closings,
    life_ms,
    low,
    shift_end,
    want_points,
)

UNIT = "points:main"
TODAY = "2026-12-01"
NOW = 1_795_000_000_000


def lease(name="L", points=100, *, style="visit", until=NOW + VISIT_LIFE_MS, expires_on=None):
    backing = (Backing(lot="a", points=points, born=0, expires_on=expires_on),)
    return Lease(
        grant=Grant(id=name, till="T", member="m", unit=UNIT, granted=points, backing=backing, style=style, until=until)
    )


def used(one, points):
    return spend([one], UNIT, points, None)[1][0]


def reasons(*held, now=NOW, day=TODAY, online=True, revoked=()):
    return [(item.grant.id, reason) for item, reason in closings(held, now, on_day=day, online=online, revoked=revoked)]


@pytest.mark.parametrize(
    ("asking", "most", "points"),
    [
        (Asking(spendable=150, here=0), None, 150),
        (Asking(spendable=150, here=40), None, 110),
        (Asking(spendable=150, here=150), None, 0),
        (Asking(spendable=0, here=40), None, 0),
        (Asking(spendable=150, here=0, pending=1), None, 0),
        (Asking(spendable=150, here=0, refused_at=NOW - REFUSED_MS + 1), None, 0),
        (Asking(spendable=150, here=0, refused_at=NOW - REFUSED_MS), None, 150),
        (Asking(spendable=150, here=0, refused_at=NOW + 5), None, 150),
        (Asking(spendable=150, here=20), 60, 40),
        (Asking(spendable=30, here=20), 60, 10),
    ],
)
def test_wish(asking, most, points):
    assert want_points(asking, NOW, most=most) == points


def test_refill_at_a_quarter_over_all_open_leases():
    first, second = lease("L1", 100), lease("L2", 100)
    assert not low([], TODAY)
    assert not low([used(first, 74)], TODAY)
    assert low([used(first, 75)], TODAY)
    assert not low([used(first, 100), second], TODAY)
    assert low([used(first, 100), close(second)[0]], TODAY)
    assert low([lease(expires_on="2026-11-30")], TODAY)


def test_lives():
    assert life_ms("visit") == VISIT_LIFE_MS == 12 * 3_600_000
    assert life_ms("standing") == STANDING_LIFE_MS == 60 * 24 * 3_600_000


def test_revoked_comes_first_and_needs_no_other_reason():
    assert reasons(Held(lease(), NOW), revoked={"L"}) == [("L", "revoked")]
    assert reasons(Held(lease(until=NOW), NOW - IDLE_MS), revoked={"L"}, day=None) == [("L", "revoked")]


def test_end_of_life_needs_a_trusted_clock():
    assert reasons(Held(lease(until=NOW), NOW)) == [("L", "life")]
    assert reasons(Held(lease(until=NOW + 1), NOW)) == []
    assert reasons(Held(lease(until=NOW), NOW), day=None) == []
    assert reasons(Held(lease(until=0), NOW)) == []


def test_idle_is_for_visits_while_online():
    idle = NOW - IDLE_MS
    assert reasons(Held(lease(), idle)) == [("L", "idle")]
    assert reasons(Held(lease(), idle + 1)) == []
    assert reasons(Held(lease(), idle), online=False) == []
    assert reasons(Held(lease(style="standing"), idle)) == []


def test_all_parts_over_or_spent_is_expired():
    assert reasons(Held(lease(expires_on="2026-11-30"), NOW)) == [("L", "expired")]
    assert reasons(Held(lease(expires_on=TODAY), NOW)) == []
    assert reasons(Held(used(lease(), 100), NOW)) == [("L", "expired")]
    assert reasons(Held(lease(expires_on="2026-11-30"), NOW), day=None) == []


def test_a_hold_keeps_its_lease_whatever_the_reason():
    assert reasons(Held(lease(until=NOW), NOW - IDLE_MS, kept=True), revoked={"L"}) == []
    assert reasons(Held(close(lease())[0], NOW), revoked={"L"}) == []


def test_shift_end_closes_visits_after_a_fresh_push_only():
    held = [Held(lease("V"), NOW), Held(lease("S", style="standing"), NOW), Held(lease("K"), NOW, kept=True)]
    assert [item.grant.id for item in shift_end(held, NOW, pushed_at=NOW - SHIFT_PUSH_MS + 1)] == ["V"]
    assert shift_end(held, NOW, pushed_at=NOW - SHIFT_PUSH_MS) == []
    assert shift_end(held, NOW, pushed_at=NOW + 1) == []
    assert shift_end(held, NOW, pushed_at=None) == []
