"""Rights: wants, leases, own lots and movements, and what the hub's word of them drops."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_kit import open_store

from agent.errors import CorruptDatabase
from agent.loyalty.leases import Backing, Grant, Lease
from agent.loyalty.lots import Lot, Part
from agent.rows import MAX_INC, MAX_SEQ, Delta, WantRow, position
from sync.wire import MemberState

UNIT = "points:main"


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "till.sqlite3")
    yield store
    store.close()


@pytest.fixture
def rights(store):
    return store.rights


def want(n, member="m", unit=UNIT):
    return WantRow(n, member, unit, 100, "visit", 5)


def lease(name="l", member="m", granted=10, **rest):
    backing = (Backing(lot="a", points=granted, born=1, expires_on="2026-12-31"),)
    grant = Grant(
        id=name, till="T1", member=member, unit=UNIT, granted=granted, backing=backing, until=9, signature="s"
    )
    return Lease(grant=grant, **rest)


def lot(name, points=10, left=None, unit=UNIT, **days):
    return Lot(id=name, unit=unit, points=points, left=points if left is None else left, born=1, **days)


def told(rights, applied, member="m", till="T1"):
    rights.told(MemberState(member=member, rev=1, applied=applied), till)


def test_wants(rights):
    for n, member in ((3, "m"), (1, "m"), (2, "other")):
        rights.wanted(want(n, member))
    assert rights.pending() == [want(1), want(2, "other"), want(3)]
    assert rights.pending("m") == [want(1), want(3)]
    rights.answered(1, "granted")
    rights.answered(3, "refused", "nothing")
    rights.answered(99, "granted")
    assert rights.pending() == [want(2, "other")]


def test_the_first_answer_stands(rights):
    rights.wanted(want(1))
    rights.answered(1, "granted")
    rights.answered(1, "refused", "late")
    assert rights.last_refusal("m", UNIT) is None


def test_the_last_refusal(rights):
    assert rights.last_refusal("m", UNIT) is None
    for n in (1, 2, 3):
        rights.wanted(want(n))
    rights.wanted(want(4, unit="points:other"))
    for n in (1, 2, 4):
        rights.answered(n, "refused", f"r{n}")
    assert rights.last_refusal("m", UNIT) == msgspec.structs.replace(want(2), state="refused", reason="r2")
    assert rights.last_refusal("m", "nothing") is None


def test_wants_have_a_limit(rights, store):
    with store.transaction():
        for n in range(600):
            rights.wanted(want(n))
    assert [row.n for row in rights.pending()] == list(range(500))


def test_leases(rights):
    first, other = lease("a"), lease("b", "other")
    rights.keep(first, used=20)
    rights.keep(other, used=10)
    assert (rights.lease("a"), rights.lease("x")) == (first, None)
    assert (rights.leases(), rights.leases("m"), rights.leases("x")) == ([first, other], [first], [])
    assert rights.open_leases() == [(other, 10), (first, 20)]
    assert rights.open_ids() == ("b", "a")


def test_a_lease_in_use(rights):
    rights.keep(lease(), used=1)
    spent = lease(spent=(Part("a", 4),))
    rights.keep(spent, used=2)
    assert rights.open_leases() == [(spent, 2)]


def test_a_closed_lease_stays_closed(rights):
    closed = lease(spent=(Part("a", 4),), closed=True)
    rights.keep(lease(), used=1)
    rights.keep(closed, used=2)
    rights.keep(lease(), used=3)
    assert (rights.leases(), rights.open_leases(), rights.open_ids()) == ([], [], ())
    assert rights.lease("l") == closed


def test_own_lots(rights):
    rights.bear([lot("b"), lot("a")], member="m", n=2)
    rights.bear([lot("c")], member="m", n=1)
    rights.bear([lot("x")], member="other", n=3)
    assert rights.own_lots("m") == [lot("c"), lot("a"), lot("b")]
    rights.relot(lot("a", left=4), n=5)
    assert rights.own_lots("m") == [lot("c"), lot("a", left=4), lot("b")]
    assert (rights.own_lot("a"), rights.own_lot("x"), rights.own_lot("y")) == (lot("a", left=4), lot("x"), None)
    assert rights.deltas("m") == []


def test_own_lots_of_the_same_days_are_one_for_balances(rights):
    days = [("", None), ("2026-12-01", None), ("", "2027-01-01"), ("", "2027-01-01")]
    for n, (first, last) in enumerate(days, 1):
        rights.bear([lot(f"l{n}", spendable_from=first, expires_on=last)], member="m", n=position(1, n))
    rights.bear([lot("x", unit="stamps"), lot("y")], member="other", n=position(1, 9))

    def sums():
        return {(row.unit, row.spendable_from, row.expires_on): row.left for row in rights.own_sums("m")}

    assert sums() == {(UNIT, "", None): 10, (UNIT, "2026-12-01", None): 10, (UNIT, "", "2027-01-01"): 20}
    rights.relot(lot("l3", left=4, expires_on="2027-01-01"), n=position(1, 5))
    rights.relot(lot("l1", left=0), n=position(1, 5))
    assert sums() == {(UNIT, "2026-12-01", None): 10, (UNIT, "", "2027-01-01"): 14}
    told(rights, {"T1/1": 3})
    assert sums() == {(UNIT, "", "2027-01-01"): 10}
    rights.included({1: 9})
    assert (sums(), rights.own_sums("other")) == ({}, [])


def test_a_taking_from_a_lot_nobody_has(rights):
    with pytest.raises(KeyError):
        rights.relot(lot("a"), n=5)


def test_deltas_add_up_by_unit(rights):
    rights.moved(Delta(UNIT, spent=5, lots={"a": 5}), member="m", n=1)
    rights.moved(Delta(UNIT, restored=2, taken_back=1, lots={"a": -2, "b": 3}), member="m", n=2)
    rights.moved(Delta("stamps", spent=1), member="m", n=2)
    rights.moved(Delta(UNIT, spent=100), member="other", n=3)
    assert rights.deltas("m") == [Delta(UNIT, 5, 2, 1, {"a": 3, "b": 3}), Delta("stamps", spent=1)]
    assert rights.deltas("nobody") == []


def test_told_drops_what_is_applied_and_no_more(rights):
    for seq in (1, 2, 3):
        n = position(1, seq)
        rights.bear([lot(f"l{seq}")], member="m", n=n)
        rights.moved(Delta(UNIT, spent=seq), member="m", n=n)
        rights.moved(Delta("stamps", spent=seq), member="other", n=n)
    told(rights, {"T1/1": 2, "T2/1": 3, "T11/1": 3, "T1/2": 3})
    assert rights.own_lots("m") == [lot("l3")]
    assert rights.deltas("m") == [Delta(UNIT, spent=3)]
    assert rights.deltas("other") == [Delta("stamps", spent=6)]


def test_told_of_several_incarnations(rights):
    for inc, seq in ((1, 1), (1, 9), (2, 1), (2, 2), (3, 1)):
        rights.moved(Delta(UNIT, spent=inc * 10 + seq), member="m", n=position(inc, seq))
    told(rights, {"T1/1": 9, "T1/2": 1})
    assert rights.deltas("m") == [Delta(UNIT, spent=22 + 31)]


@pytest.mark.parametrize(
    "applied",
    [
        {"T1": 9}, {"T1/": 9}, {"/1": 9}, {"T1/x": 9}, {"T1/-1": 9}, {"T1/²": 9}, {"T1/١": 9}, {"T1/1/1": 9}, {"T1/ 1": 9},
        {"T1/1": -5}, {"T1/1": -(10**30)}, {"T1/" + "9" * 400: 9}, {f"T1/{MAX_INC + 1}": 9}, {"T1/0": MAX_SEQ}, {"T1/0": 10**40},
        {f"T1/{MAX_INC}": 10**40},
    ],
)  # fmt: skip
def test_a_watermark_that_is_none_drops_nothing(rights, applied):
    rights.moved(Delta(UNIT, spent=1), member="m", n=position(1, 1))
    told(rights, applied)
    assert rights.deltas("m") == [Delta(UNIT, spent=1)]


def test_a_till_whose_name_has_a_slash(rights):
    rights.moved(Delta(UNIT, spent=1), member="m", n=position(1, 1))
    told(rights, {"S1/T1/1": 1}, till="S1/T1")
    assert rights.deltas("m") == []


def test_a_watermark_beyond_the_count_stays_in_its_incarnation(rights):
    rights.moved(Delta(UNIT, spent=1), member="m", n=position(1, 1))
    rights.moved(Delta(UNIT, spent=2), member="m", n=position(2, 1))
    told(rights, {"T1/1": 10**30})
    assert rights.deltas("m") == [Delta(UNIT, spent=2)]


def test_a_taking_is_not_lost_when_the_lot_is_told_first(rights):
    """Sale at 1 gives a lot of 10, a return at 2 takes 4 of it; the hub has seen the sale only and tells the lot whole."""
    rights.bear([lot("a")], member="m", n=position(1, 1))
    rights.relot(lot("a", left=6), n=position(1, 2))
    told(rights, {"T1/1": 1})
    assert rights.own_lots("m") == []
    assert rights.deltas("m") == [Delta(UNIT, taken_back=4)]
    told(rights, {"T1/1": 2})
    assert rights.deltas("m") == []


def test_takings_of_several_records_from_one_lot(rights):
    rights.bear([lot("a")], member="m", n=position(1, 1))
    rights.relot(lot("a", left=8), n=position(1, 2))
    rights.relot(lot("a", left=7), n=position(1, 2))
    rights.relot(lot("a", left=2), n=position(1, 4))
    told(rights, {"T1/1": 3})
    assert rights.deltas("m") == [Delta(UNIT, taken_back=5)]


EVENTS = st.lists(st.tuples(st.sampled_from(["earn", "take", "spend"]), st.integers(1, 9)), min_size=1, max_size=12)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(EVENTS, st.integers(0, 12))
def test_here_and_told_add_up_at_every_watermark(tmp_path_factory, events, mark):
    """Whatever prefix the hub has applied: its balance, own lots and deltas give the whole."""
    store = open_store(tmp_path_factory.mktemp("any") / "till.sqlite3")
    rights, whole, hub, gave = store.rights, 0, 0, {}
    for seq, (kind, points) in enumerate(events, 1):
        n, moved = position(1, seq), 0
        if kind == "earn":
            gave[f"l{seq}"] = points
            rights.bear([lot(f"l{seq}", points)], member="m", n=n)
            moved = points
        elif kind == "spend":
            rights.moved(Delta(UNIT, spent=points), member="m", n=n)
            moved = -points
        else:
            for name, left in gave.items():
                part = min(points, left)
                if part:
                    rights.relot(lot(name, 99, left=left - part), n=n)
                    gave[name], moved = left - part, -part
                    break
        whole += moved
        hub += moved if seq <= mark else 0
    told(rights, {"T1/1": mark})
    delta = next(iter(rights.deltas("m")), Delta(UNIT))
    own = sum(row.left for row in rights.own_lots("m"))
    assert own == sum(row.left for row in rights.own_sums("m"))
    # What was taken from lots that are still our own is in their `left` already.
    assert hub + own - delta.spent + delta.restored - delta.taken_back == whole
    store.close()


def test_rejected(rights, store):
    rights.rejected(5, "quarantined: bad", 1)
    rights.rejected(5, "duplicate: later", 2)
    assert store.database.execute_sql("SELECT * FROM rejected").fetchall() == [(5, "quarantined: bad", 1)]


def test_damaged_rows(rights, store):
    rights.keep(lease(), used=1)
    store.database.execute_sql("UPDATE lease SET body = x'ff'")
    with pytest.raises(CorruptDatabase, match="lease"):
        rights.leases("m")
