"""Spends against leases: inside, beyond, of others, of duplicates; what a close hands back."""

import msgspec
from hub_kit import Pen, granted

from sync.hub.store import meta
from sync.hub.store.steps import transaction


def test_spending_beyond_the_lease_takes_what_is_there_and_the_shop_bears_the_rest(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 60).grant
    pen.sale("m1", spends=[(grant, {"a": 120})])
    bench.push(pen)
    assert bench.account("m1") == (0, 0, 0)
    assert bench.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'") == [(-20,)]


def test_a_till_cannot_spend_another_tills_lease(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 60).grant
    other = Pen("t2", clock=bench.clock)
    other.sale("m1", spends=[(grant, {"a": 60})])
    other.close(grant, spent=60)
    answer = bench.push(other)
    assert [v.reason for v in answer.exceptions] == ["unknown-lease"]
    assert bench.account("m1") == (60, 60, 0)
    assert bench.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'") == [(-20,)]


def test_duplicate_hands_back_its_lease(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    bench.push(pen)
    other = Pen("t2", clock=bench.clock)
    first, second = granted(bench, pen, "m1", 50).grant, granted(bench, other, "m1", 50).grant
    pen.sale("m1", name="one", spends=[(first, {"a": 40})])
    other.sale("m1", name="one", spends=[(second, {"a": 40})])
    bench.push(pen)
    assert bench.push(other).exceptions[0].verdict == "duplicate"
    assert bench.account("m1") == (60, 20, 0)
    other.close(second, spent=40)
    bench.push(other)
    assert bench.account("m1") == (60, 10, 0)
    assert bench.sql("SELECT state FROM lease WHERE till = 't2'") == [("closed",)]


def test_what_was_neither_applied_nor_handed_back_stays_charged(bench, pen):
    pen.sale("m1", name="one", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 50).grant
    pen.sale("m1", name="one", spends=[(grant, {"a": 40})], content="other")
    pen.close(grant, spent=40)
    bench.push(pen)
    assert bench.account("m1") == (100, 40, 0)
    assert bench.sql("SELECT state, back FROM lease") == [("unsettled", 10)]


def test_a_second_close_changes_nothing(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 60).grant
    pen.close(grant, spent=0)
    pen.close(grant, spent=0)
    assert bench.push(pen).exceptions == ()
    assert bench.account("m1") == (100, 0, 0)


def test_a_close_that_claims_more_than_is_left_gets_what_is_left(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 60).grant
    pen.sale("m1", spends=[(grant, {"a": 50})])
    pen.close(grant, spent=0, left=60)
    bench.push(pen)
    assert bench.account("m1") == (50, 0, 0)


def test_a_restored_hub_takes_the_end_of_a_lease_it_has_forgotten(bench, pen):
    """A fork tells its closings again, but not the former incarnation's grants."""
    pen.sale("m1", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 60).grant
    with transaction(bench.database):
        meta.write(bench.database, "epoch", "2")
    forgotten = msgspec.structs.replace(grant, id="f" * 64)
    pen.close(forgotten, spent=20)
    assert bench.push(pen).exceptions == ()
    assert bench.account("m1") == (100, 60, 0)
    other = Pen("t2", clock=bench.clock)
    other.close(grant, spent=60)
    assert [one.reason for one in bench.push(other).exceptions] == ["unknown-lease"], (
        "another till's lease is no such one"
    )
