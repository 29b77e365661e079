"""What is taken back, in which order, and what stays as debt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.loyalty.debt import ClawBack, claw_back, settle
from agent.loyalty.lots import Lot, Part, available, without

TODAY = "2026-12-01"


def lot(name, left, expires_on=None, *, start=""):
    return Lot(id=name, unit="u", points=left, left=left, born=0, spendable_from=start, expires_on=expires_on)


def test_own_lot_first_though_pending_then_soonest_then_debt():
    lots = [
        lot("late", 5),
        lot("soon", 5, "2026-12-09"),
        lot("own", 5, start="2026-12-15"),
        lot("pending", 5, start="2026-12-15"),
    ]
    assert claw_back(lots, ["own"], 3, TODAY) == ClawBack((Part("own", 3),), 0, 0)
    assert claw_back(lots, ["own"], 8, TODAY) == ClawBack((Part("own", 5), Part("soon", 3)), 0, 0)
    assert claw_back(lots, ["own"], 20, TODAY) == ClawBack((Part("own", 5), Part("soon", 5), Part("late", 5)), 0, 5)


def test_what_expired_of_the_own_lot_counts_as_taken():
    assert claw_back([lot("a", 9)], ["own"], 7, TODAY, lapsed=4) == ClawBack((Part("a", 3),), 4, 0)
    assert claw_back([lot("a", 9)], ["own"], 3, TODAY, lapsed=4) == ClawBack((), 3, 0)
    not_yet_booked = lot("own", 4, "2026-11-30")
    assert claw_back([lot("a", 9), not_yet_booked], ["own"], 7, TODAY) == ClawBack((Part("own", 4), Part("a", 3)), 0, 0)


def test_negative_points_raise():
    with pytest.raises(ValueError):
        claw_back([], [], -1, TODAY)


def test_debt_is_paid_from_what_can_be_spent():
    lots = [lot("a", 5), lot("pending", 5, start="2026-12-15")]
    assert settle(7, lots, TODAY) == ((Part("a", 5),), 2)
    assert settle(7, lots, "2026-12-15") == ((Part("a", 5), Part("pending", 2)), 0)
    assert settle(0, lots, TODAY) == ((), 0)


lots_strategy = st.lists(
    st.tuples(
        st.integers(0, 20), st.sampled_from(["", "2026-12-05"]), st.sampled_from([None, "2026-11-30", "2026-12-30"])
    ),
    max_size=6,
).map(lambda rows: [lot(f"l{n}", left, end, start=start) for n, (left, start, end) in enumerate(rows)])


@settings(derandomize=True, max_examples=300)
@given(lots_strategy, st.integers(0, 80), st.integers(0, 9), st.sets(st.sampled_from(["l0", "l1", "l9"])))
def test_every_point_asked_is_somewhere(lots, points, lapsed, own):
    back = claw_back(lots, own, points, TODAY, lapsed=lapsed)
    assert sum(part.points for part in back.parts) + back.lapsed + back.debt == points
    after = without(lots, back.parts)
    if back.debt:
        assert available(after, TODAY) == 0
        assert back.lapsed == lapsed
        assert all(item.left == 0 for item in after if item.id in own)
