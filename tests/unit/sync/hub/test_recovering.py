"""Whom a restored hub waits for, when a till counts as heard, and what it grants meanwhile: nothing."""

import pytest
from hub_kit import NOON, TODAY, UNIT, Pen, granted

from agent.errors import Conflict, NotFound
from agent.loyalty.leases import Backing, Grant
from sync.hub.merging import merge
from sync.hub.recovering import waive
from sync.hub.restoring import begin
from sync.hub.store import waiting
from sync.hub.store.audits import Audit
from sync.hub.store.steps import transaction
from sync.signing import sign_grant
from sync.wire import GotBody

ACT = Audit(at=NOON, who="anna", what="till-waived", subject="t2", reason="burnt")


@pytest.fixture
def recovering(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    bench.push(pen)
    with transaction(bench.database):
        begin(bench.database, epoch=2, tills=["t2", "t1"], act=ACT)
    return bench


def come(bench, pen, **head):
    return bench.push(pen, wrong={"epoch": 2, "end": True, **head}.items())


def lent(bench, member, lot, *, till="t1", points=20):
    """A right the hub gave and has forgotten."""
    backing = (Backing(lot=lot, points=points, born=NOON),)
    grant = Grant(id=f"g-{lot}", till=till, member=member, unit=UNIT, granted=points, backing=backing)
    return sign_grant(bench.keys.signer, grant)


def states(bench):
    return [(row.till, row.state, row.missing) for row in waiting.rows(bench.database)]


def test_nothing_is_granted_until_all_were_heard_and_wishes_keep(recovering, pen):
    other = Pen("t2", clock=recovering.clock)
    want = pen.want("m1", 40)
    answer = come(recovering, pen)
    assert ([one.refused for one in answer.leases], answer.epoch) == (["recovering"], 2)
    assert states(recovering) == [("t2", "awaited", 0), ("t1", "heard", 0)]
    other.boot()
    come(recovering, other)
    assert states(recovering) == [("t1", "heard", 0), ("t2", "heard", 0)]
    assert not waiting.recovering(recovering.database)
    assert recovering.push(pen, pending=[want]).leases[0].grant.granted == 40


@pytest.mark.parametrize(
    "head", [{"end": False}, {"epoch": 1}, {"open_leases": ("f" * 64,)}], ids=["not-its-end", "old-epoch", "a-lease"]
)
def test_a_till_is_not_heard_before_it_has_brought_all(recovering, pen, head):
    pen.boot()
    come(recovering, pen, **head)
    assert waiting.of(recovering.database, "t1").state == "awaited"
    assert waiting.of(recovering.database, "t1").missing == (1 if "open_leases" in head else 0)


def test_a_gap_is_no_end(recovering, pen):
    pen.boot()
    pen.boot()
    assert recovering.push(pen, first=3, last=3, wrong={"epoch": 2, "end": True}.items()).wm == 1
    assert waiting.of(recovering.database, "t1").state == "awaited"


def test_a_former_incarnations_end_is_not_the_tills(recovering, pen):
    new = Pen("t1", inc=2, clock=recovering.clock)
    new.boot()
    recovering.push(new)
    pen.boot()
    come(recovering, pen)
    assert waiting.of(recovering.database, "t1").state == "awaited"
    new.boot()
    come(recovering, new)
    assert waiting.of(recovering.database, "t1").state == "heard"


def test_a_till_may_be_waived_with_a_reason(recovering, pen):
    pen.boot()
    come(recovering, pen)
    with transaction(recovering.database):
        assert waive(recovering.database, "t2", act=ACT, day=TODAY)
    assert states(recovering) == [("t1", "heard", 0), ("t2", "waived", 0)]
    assert recovering.sql("SELECT what, reason FROM audit ORDER BY n DESC LIMIT 1") == [("till-waived", "burnt")]
    assert granted(recovering, pen, "m1", 10).grant.granted == 10
    for till, error in (("t2", Conflict), ("t1", Conflict), ("t9", NotFound)):
        with pytest.raises(error), transaction(recovering.database):
            waive(recovering.database, till, act=ACT, day=TODAY)


def test_members_are_not_merged_meanwhile(recovering, pen):
    pen.sale("m2", earn=1)
    recovering.push(pen)
    with pytest.raises(Conflict), transaction(recovering.database):
        merge(recovering.database, "m1", "m2", reason="r", epoch=2, day=TODAY, now_ms=NOON)


def test_a_hub_that_waits_for_nobody_grants_at_once(bench, pen):
    pen.sale("m1", earn=5)
    bench.push(pen)
    with transaction(bench.database):
        begin(bench.database, epoch=2, tills=[], act=ACT)
    assert granted(bench, pen, "m1", 5).grant.epoch == 2


def test_what_a_till_hears_of_its_members_counts_what_was_lent_as_owed(recovering, pen):
    recovering.database.execute_sql("UPDATE lot SET unbacked = 30, points = points + 30, remaining = remaining + 30")
    recovering.database.execute_sql("UPDATE account SET posted = posted + 30")
    (state,) = recovering.hub.changes("t1", "2:0:0:0").members
    assert state.debt == {UNIT: 30}


def test_what_came_before_what_it_speaks_of_is_tried_again_at_the_end(recovering, pen):
    """A return at one till of a sale at another, which had paid with points the hub lost."""
    other = Pen("t2", clock=recovering.clock)
    grant = lent(recovering, "m1", "b", till="t2")
    pen.give_back("m1", "x", restored={"b": 20})
    assert [one.reason for one in come(recovering, pen).exceptions] == ["unknown-lot"]
    other.sale("m1", earn=30, lot="b")
    other.write(GotBody(grant=grant))
    other.sale("m1", name="x", spends=[(grant, {"b": 20})])
    other.close(grant, spent=20)
    come(recovering, other)
    assert not waiting.recovering(recovering.database)
    assert recovering.sql("SELECT reason FROM quarantine") == []
    assert recovering.account("m1") == (130, 0, 0)


def test_a_debt_met_meanwhile_is_paid_at_the_end_from_what_came_after_it(recovering, pen):
    """A return takes back what was spent already; the member's next sale came while nothing could be settled."""
    other = Pen("t2", clock=recovering.clock)
    pen.give_back("m1", "x", taken_back=130, own=("a",))
    pen.sale("m1", earn=50, lot="b")
    come(recovering, pen)
    assert recovering.account("m1") == (50, 0, 30)
    other.boot()
    come(recovering, other)
    assert not waiting.recovering(recovering.database)
    assert recovering.account("m1") == (20, 0, 0)


def test_the_end_walks_by_each_member_once_whatever_becomes_of_them(recovering, pen, monkeypatch):
    """A purse that stays as it is, by a fault of ours: all pushes would wait for the end of it."""
    monkeypatch.setattr("sync.hub.postings.Mover.settle", lambda *_: None)
    monkeypatch.setattr("sync.hub.book.Purse.own_up", lambda *_: None)
    other = Pen("t2", clock=recovering.clock)
    pen.give_back("m1", "x", taken_back=130, own=("a",))
    pen.sale("m1", earn=50, lot="b")
    pen.write(GotBody(grant=lent(recovering, "m1", "c")))
    come(recovering, pen)
    other.boot()
    come(recovering, other)
    assert not waiting.recovering(recovering.database)
    assert recovering.account("m1") == (70, 20, 30)
    assert recovering.sql("SELECT sum(unbacked) FROM lot") == [(20,)]


def test_a_merged_member_and_the_heir_may_be_walked_by_apart(recovering, pen, monkeypatch):
    """The heir's book is written with each of them."""
    monkeypatch.setattr("sync.hub.recovering.CHUNK", 1)
    other = Pen("t2", clock=recovering.clock)
    pen.sale("m2", earn=50, lot="b")
    recovering.push(pen)
    with transaction(recovering.database):
        waiting.end(recovering.database)
        merge(recovering.database, "m1", "m2", reason="r", epoch=2, day=TODAY, now_ms=NOON)
        begin(recovering.database, epoch=3, tills=["t1", "t2"], act=ACT)
    for member, lot in (("m1", "c"), ("m2", "d")):
        grant = lent(recovering, member, lot)
        pen.write(GotBody(grant=grant))
        pen.sale(member, spends=[(grant, {lot: 20})])
    come(recovering, pen, epoch=3)
    other.boot()
    come(recovering, other, epoch=3)
    assert not waiting.recovering(recovering.database)
    recovering.audit()
    assert (recovering.account("m1"), recovering.account("m2")) == ((0, 0, 0), (110, 0, 0))
