"""Leases ended by a person: points back at once, a late spend on the shop, nothing below 0, nothing twice."""

import pytest
from hub_kit import TODAY, UNIT, Pen, granted

from sync.hub.releasing import Release, release
from sync.hub.store import held
from sync.hub.store.steps import transaction


def let_go(bench, *, day=TODAY, **which):
    told = Release(who="anna", reason="fire", epoch=1, day=day, now_ms=bench.clock())
    with transaction(bench.database):
        rows = held.rows(bench.database, **which)
        return release(bench.database, [(row.member, row.lease) for row in rows], told=told)


def loss(bench):
    return -(bench.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'")[0][0] or 0)


@pytest.fixture
def grant(bench, pen):
    pen.sale("m1", earn=100, lot="a", expires="2026-12-31")
    return granted(bench, pen, "m1", 60).grant


def test_the_points_are_the_members_at_once_with_their_own_days(bench, pen, grant):
    pen.sale("m1", spends=[(grant, {"a": 10})])
    bench.push(pen)
    (done,) = let_go(bench, till="t1")
    assert (done.lease, done.points, done.unit) == (grant.id, 50, UNIT)
    assert bench.account("m1") == (90, 0, 0)
    assert bench.lots("m1") == {"a": (100, 90, 0)}
    assert bench.sql("SELECT expires_on FROM lot") == [("2026-12-31",)]
    assert granted(bench, Pen("t2", clock=bench.clock), "m1", 100).grant.granted == 90
    assert bench.sql("SELECT who, what, subject, reason FROM audit") == [("anna", "lease-released", grant.id, "fire")]


def test_a_second_release_finds_nothing(bench, grant):
    let_go(bench, till="t1")
    before = bench.everything(but=())
    assert let_go(bench, till="t1") == ()
    assert bench.everything(but=()) == before


def test_the_member_hears_of_it_in_the_feed(bench, grant):
    before = bench.sql("SELECT rev FROM feed_head")[0][0]
    let_go(bench, lease=grant.id[:16])
    bench.hub.publish()
    assert bench.sql("SELECT member FROM feed WHERE rev > ?", before) == [("m1",)]


def test_what_lapsed_meanwhile_is_booked_as_expired(bench, pen, grant):
    let_go(bench, till="t1", day="2027-01-01")
    assert bench.account("m1") == (0, 0, 0)
    assert bench.sql("SELECT sum(amount) FROM entry WHERE account = 'expired'") == [(100,)]


def test_debt_is_paid_first(bench, pen, grant):
    other = Pen("t2", clock=bench.clock)
    second = granted(bench, other, "m1", 40).grant
    pen.give_back("m1", "x", taken_back=30, own=["a"])
    bench.push(pen)
    assert bench.account("m1") == (100, 100, 30)
    let_go(bench, lease=second.id)
    assert bench.account("m1") == (70, 60, 0)


def test_a_late_spend_is_paid_by_who_is_there_and_the_rest_by_the_shop(bench, pen, grant):
    pen.sale("m1", spends=[(grant, {"a": 60})])
    (done,) = let_go(bench, till="t1")
    other = Pen("t2", clock=bench.clock)
    second = granted(bench, other, "m1", 70).grant
    other.sale("m1", spends=[(second, {"a": 70})])
    bench.push(other)
    assert bench.push(pen).exceptions == ()
    assert bench.account("m1") == (0, 0, 0)
    assert loss(bench) == 30 <= done.points


def test_the_till_that_comes_back_is_told_and_its_close_returns_nothing_twice(bench, pen, grant):
    let_go(bench, till="t1")
    answer = bench.push(pen, cursor="1:0:0", pending=[2])
    assert answer.changes.revokes == (grant.id,)
    assert [one.refused for one in answer.leases] == ["released"]
    pen.close(grant, spent=0, reason="revoked")
    answer = bench.push(pen, cursor="1:0:0", pending=[2])
    assert answer.changes.revokes == ()
    assert [one.refused for one in answer.leases] == ["closed"]
    assert bench.account("m1") == (100, 0, 0)
    assert bench.lots("m1") == {"a": (100, 100, 0)}


def test_a_late_sale_that_another_till_counted_gives_nothing_back_again(bench, pen, grant):
    let_go(bench, till="t1")
    other = Pen("t2", clock=bench.clock)
    second = granted(bench, other, "m1", 100).grant
    other.sale("m1", name="one", spends=[(second, {"a": 20})])
    bench.push(other)
    pen.sale("m1", name="one", spends=[(grant, {"a": 20})])
    assert bench.push(pen).exceptions[0].verdict == "duplicate"
    assert bench.account("m1") == (80, 80, 0)


def test_a_merged_members_points_go_to_the_heir(bench, pen, grant):
    from sync.hub.merging import merge

    pen.sale("m2", earn=1, lot="b")
    bench.push(pen)
    with transaction(bench.database):
        merge(bench.database, "m1", "m2", reason="one", epoch=1, day=TODAY, now_ms=bench.clock())
    let_go(bench, till="t1")
    assert (bench.account("m1"), bench.account("m2")) == ((0, 0, 0), (101, 0, 0))
