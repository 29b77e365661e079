"""Lots are spent soonest to expire first, expire whole, and take back no more than they had."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.loyalty.decision import Earned
from agent.loyalty.lots import (
    Due,
    Lot,
    Part,
    available,
    expire,
    expiring,
    lot_of,
    maturing,
    restore,
    take,
    take_in_order,
    without,
)

UNIT = "points:main"
DAYS = ["2026-12-01", "2026-12-10", "2026-12-20", "2027-01-02"]


def lot(name, left, expires_on=None, *, born=0, start="", points=None):
    return Lot(
        id=name, unit=UNIT, points=points or left, left=left, born=born, spendable_from=start, expires_on=expires_on
    )


def test_row_11_a_lot_expires_without_taking_what_another_paid():
    """Lot A 100 to 1 January, lot B 50 to 1 June; 80 spent on 20 December; on 2 January 50."""
    lots = (lot("B", 50, "2027-06-01"), lot("A", 100, "2027-01-01", born=1))
    parts, short = take(lots, 80, "2026-12-20")
    assert (parts, short) == ((Part("A", 80),), 0)
    after = without(lots, parts)
    assert available(after, "2027-01-01") == 70
    assert expire(after, "2027-01-01") == ()
    assert expire(after, "2027-01-02") == (Part("A", 20),)
    assert available(after, "2027-01-02") == 50
    assert available(without(after, expire(after, "2027-01-02")), "2027-01-02") == 50


def test_soonest_first_ties_by_age_then_id_never_last():
    lots = (
        lot("n", 5),
        lot("d", 5, "2027-01-01", born=2),
        lot("c", 5, "2027-01-01", born=1),
        lot("a", 5, "2027-01-01", born=2),
        lot("z", 5, "2026-12-31", born=9),
    )
    parts, short = take(lots, 25, "2026-12-01")
    assert [part.lot for part in parts] == ["z", "c", "a", "d", "n"]
    assert short == 0


def test_pending_and_expired_lots_are_not_taken():
    lots = (
        lot("pending", 5, start="2026-12-02"),
        lot("over", 5, "2026-11-30"),
        lot("today", 5, "2026-12-01", start="2026-12-01"),
    )
    assert take(lots, 9, "2026-12-01") == ((Part("today", 5),), 4)
    assert available(lots, "2026-12-01") == 5
    assert available(lots, "2026-12-02") == 5


def test_what_is_due():
    lots = (
        lot("a", 5, "2027-01-01", start="2026-12-05"),
        lot("b", 6, "2027-01-01"),
        lot("c", 7, start="2026-12-05"),
        lot("d", 0, "2026-12-02", points=3),
        lot("e", 1, "2026-11-30"),
        lot("f", 2, "2026-12-01"),
    )
    assert maturing(lots, "2026-12-01") == (Due("2026-12-05", 12),)
    assert maturing(lots, "2026-12-05") == ()
    assert expiring(lots, "2026-12-01", 31) == (Due("2026-12-01", 2), Due("2027-01-01", 11))
    assert expiring(lots, "2026-12-01", 30) == (Due("2026-12-01", 2),)


def test_lot_of_an_accrual():
    earned = Earned(57, "2026-12-06", "2027-11-22")
    assert lot_of(earned, lot_id="l1", unit=UNIT, born=7) == Lot(
        id="l1", unit=UNIT, points=57, left=57, born=7, spendable_from="2026-12-06", expires_on="2027-11-22"
    )
    assert lot_of(Earned(1), lot_id="l", unit=UNIT, born=1).expires_on is None


def test_negative_and_unknown_parts_raise():
    with pytest.raises(ValueError):
        take((lot("a", 5),), -1, "2026-12-01")
    with pytest.raises(ValueError):
        without((lot("a", 5),), [Part("a", -1)])
    with pytest.raises(ValueError):
        without((lot("a", 5),), [Part("b", 1)])
    with pytest.raises(ValueError):
        without((lot("a", 5),), [Part("a", 3), Part("a", 3)])


def test_restore_fills_no_lot_above_its_points_and_names_the_rest():
    lots = (lot("a", 3, points=10), lot("b", 1, "2026-12-01", points=4))
    after, homeless = restore(lots, [Part("a", 5), Part("a", 4), Part("b", 2), Part("x", 1)])
    assert [item.left for item in after] == [10, 3]
    assert homeless == (Part("a", 2), Part("x", 1))
    assert expire(after, "2026-12-02") == (Part("b", 3),)


def test_in_order_takes_pending_too():
    assert take_in_order([lot("p", 5, start="2099-01-01"), lot("a", 5)], 7) == ((Part("p", 5), Part("a", 2)), 0)


lots_strategy = st.lists(
    st.builds(
        lambda left, more, born, start, end: (left, left + more, born, start, end),
        st.integers(0, 50),
        st.integers(0, 20),
        st.integers(0, 3),
        st.sampled_from(["", *DAYS]),
        st.sampled_from([None, *DAYS]),
    ),
    max_size=8,
).map(
    lambda rows: tuple(
        Lot(id=f"l{n}", unit=UNIT, points=points, left=left, born=born, spendable_from=start, expires_on=end)
        for n, (left, points, born, start, end) in enumerate(rows)
    )
)


@settings(derandomize=True, max_examples=300)
@given(lots_strategy, st.integers(0, 200), st.sampled_from(DAYS))
def test_taking_gives_what_is_there_and_no_more(lots, points, day):
    parts, short = take(lots, points, day)
    taken = sum(part.points for part in parts)
    assert taken + short == points
    assert taken == min(points, available(lots, day))
    after = without(lots, parts)
    assert available(after, day) == available(lots, day) - taken
    assert all(0 <= item.left <= item.points for item in after)
    assert restore(after, parts) == (lots, ())


@settings(derandomize=True, max_examples=300)
@given(lots_strategy, st.integers(0, 200), st.sampled_from(DAYS))
def test_nothing_taken_expires_later_than_something_left(lots, points, day):
    parts, _ = take(lots, points, day)
    after = {item.id: item for item in without(lots, parts)}
    taken = [after[part.lot].expires_on or "9999" for part in parts]
    kept = [item.expires_on or "9999" for item in after.values() if item.left and available([item], day)]
    assert not taken or not kept or max(taken) <= min(kept)


@settings(derandomize=True, max_examples=200)
@given(lots_strategy, st.sampled_from(DAYS))
def test_after_expiring_only_the_living_are_left(lots, day):
    after = without(lots, expire(lots, day))
    assert expire(after, day) == ()
    assert available(after, day) == available(lots, day)
    assert maturing(after, day) == maturing(
        [item for item in lots if not item.expires_on or item.expires_on >= day], day
    )
