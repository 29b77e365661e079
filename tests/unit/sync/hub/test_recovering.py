"""Whom a restored hub waits for, when a till counts as heard, and what it grants meanwhile: nothing."""

import json

import pytest
from hub_kit import NOON, TODAY, UNIT, Pen, granted

from agent.errors import Conflict, NotFound
from agent.loyalty.leases import Backing, Grant
from sync.hub.merging import merge
from sync.hub.recovering import waive
from sync.hub.restoring import begin
from sync.hub.standing import standing
from sync.hub.store import aliases, merges, waiting
from sync.hub.store.aliases import Merge
from sync.hub.store.audits import Audit
from sync.hub.store.steps import transaction
from sync.signing import sign_grant
from sync.wire import BootBody, GotBody

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


@pytest.fixture
def forgetful(recovering, pen):
    """The copy is older than a merge of m1 into m2: m1's points were m2's to be granted."""
    pen.sale("m2", earn=10, lot="b")
    recovering.push(pen)
    with transaction(recovering.database):
        merges.put(recovering.database, [Merge("m1", "m2", NOON - 5, "two cards")])
    return recovering


def heard_all(bench, *pens):
    for one in pens:
        one.boot()
        come(bench, one)
        bench.audit()
    assert not waiting.recovering(bench.database)


def test_what_an_heir_holds_of_a_merge_that_was_forgotten_is_lent_once(forgetful, pen):
    """A till's right over the merged member's lot, spent; another till that would have the same points under the former name."""
    other = Pen("t2", clock=forgetful.clock)
    grant = lent(forgetful, "m2", "a", till="t2", points=60)
    other.write(GotBody(grant=grant))
    other.sale("m2", spends=[(grant, {"a": 45})])
    want = pen.want("m1", 100)
    assert come(forgetful, pen).leases[0].refused == "recovering"
    assert come(forgetful, other).exceptions == ()
    forgetful.audit()
    assert not waiting.recovering(forgetful.database)
    assert forgetful.push(pen, pending=[want]).leases[0].refused == "merged"
    assert (forgetful.account("m1"), forgetful.account("m2")) == ((0, 0, 0), (65, 15, 0))
    assert forgetful.lots("m2") == {"a": (100, 55, 15), "b": (10, 10, 0)}
    assert forgetful.sql("SELECT count(*) FROM lot WHERE unbacked > 0 OR unborn > 0") == [(0,)]
    assert granted(forgetful, pen, "m2", 1000).grant.granted == 50
    assert forgetful.sql("SELECT member, target, at, reason FROM alias") == [("m1", "m2", NOON - 5, "two cards")]
    acts = "SELECT who, what, subject, reason, numbers FROM audit WHERE what = 'merged-again'"
    numbers = json.dumps({"into": "m2", "merged_at": NOON - 5})
    assert forgetful.sql(acts) == [("hub", "merged-again", "m1", "two cards", numbers)]


def test_rights_of_both_and_records_in_any_order_find_each_other(forgetful, pen):
    """Of one lot a part lay under a right of the merged member, the rest under one of the heir."""
    other = Pen("t2", clock=forgetful.clock)
    first, second = lent(forgetful, "m1", "a", points=40), lent(forgetful, "m2", "a", till="t2", points=60)
    other.write(GotBody(grant=second))
    other.sale("m2", name="s", spends=[(second, {"a": 60})])
    other.close(second, spent=60)
    come(forgetful, other)
    pen.give_back("m2", "s", restored={"a": 20})
    pen.write(GotBody(grant=first))
    pen.sale("m1", spends=[(first, {"a": 30})])
    pen.close(first, spent=30)
    assert come(forgetful, pen).exceptions == ()
    forgetful.audit()
    assert (forgetful.account("m1"), forgetful.account("m2")) == ((0, 0, 0), (40, 0, 0))
    assert forgetful.lots("m1") == {"a": (30, 0, 0)}
    assert forgetful.lots("m2") == {"a": (70, 30, 0), "b": (10, 10, 0)}


def test_a_pending_lot_is_the_same_at_the_heir_whose_right_says_no_first_day(recovering, pen):
    other = Pen("t2", clock=recovering.clock)
    with transaction(recovering.database):
        merges.put(recovering.database, [Merge("m1", "m2", 1, "r")])
    grant = lent(recovering, "m2", "p", till="t2")
    other.write(GotBody(grant=grant))
    come(recovering, other)
    pen.sale("m1", earn=50, lot="p", pending="2026-09-20")
    pen.sale("m2", earn=1, lot="b")
    come(recovering, pen)
    assert recovering.lots("m2") == {"a": (100, 100, 0), "b": (1, 1, 0), "p": (50, 50, 20)}


def test_whom_no_till_brought_again_is_met_by_the_merge_and_a_late_word_ends_with_the_heir(recovering, pen):
    other, late = (Pen(name, clock=recovering.clock) for name in ("t2", "t3"))
    with transaction(recovering.database):
        merges.put(recovering.database, [Merge("m8", "m9", 1, "r"), Merge("m1", "m9", 2, "s")])
    heard_all(recovering, pen, other)
    assert recovering.account("m9") == (100, 0, 0)
    told = [json.loads(row[0]) for row in recovering.sql("SELECT numbers FROM audit ORDER BY n DESC LIMIT 2")]
    assert [one.get("met") for one in told] == [None, "m8 m9"]
    late.sale("m8", earn=7, lot="late")
    late.want("m8", 100)
    assert recovering.push(late).leases[0].refused == "merged"
    recovering.audit()
    assert recovering.account("m9") == (107, 0, 0)


def test_a_chain_of_merges_is_made_again_to_its_end_and_what_the_copy_has_is_left(recovering, pen):
    other = Pen("t2", clock=recovering.clock)
    pen.sale("m2", earn=10, lot="b")
    pen.sale("m3", earn=1, lot="c")
    recovering.push(pen)
    with transaction(recovering.database):
        aliases.put(recovering.database, Merge("m0", "m1", 0, "before the copy"))
        # As the file has them: each says who the heir was at last.
        merges.put(
            recovering.database, [Merge("m0", "m3", 0, "r"), Merge("m1", "m3", 1, "s"), Merge("m2", "m3", 2, "t")]
        )
    heard_all(recovering, pen, other)
    assert recovering.account("m3") == (111, 0, 0)
    assert recovering.sql("SELECT member, target FROM alias ORDER BY member") == [
        ("m0", "m3"), ("m1", "m3"), ("m2", "m3")
    ]  # fmt: skip


def test_a_right_of_one_who_was_merged_in_between_is_paid_by_the_last_heirs_part_of_the_lot(recovering, pen):
    """m1 went into m2, whose till was granted m1's points, and m2 into m3: the file says that both are m3."""
    other = Pen("t2", clock=recovering.clock)
    pen.sale("m3", earn=50, lot="c", expires="2026-09-30")
    pen.sale("m2", earn=1, lot="b")
    recovering.push(pen)
    with transaction(recovering.database):
        merges.put(recovering.database, [Merge("m1", "m3", 1, "r"), Merge("m2", "m3", 2, "s")])
    grant = lent(recovering, "m2", "a", till="t2", points=60)
    other.write(GotBody(grant=grant))
    other.sale("m2", spends=[(grant, {"a": 45})])
    come(recovering, other)
    heard_all(recovering, pen)
    assert recovering.lots("m2") == {"a": (60, 15, 15), "b": (0, 0, 0)}
    assert recovering.lots("m3") == {"a": (40, 40, 0), "b": (1, 1, 0), "c": (50, 50, 0)}
    assert recovering.sql("SELECT sum(debt) FROM account") == [(0,)]
    assert recovering.sql("SELECT sum(amount) FROM entry WHERE account = 'moved'") == [(0,)]


def test_many_merges_are_made_some_with_each_push_and_nothing_is_granted_before_the_last(recovering, pen, monkeypatch):
    monkeypatch.setattr("sync.hub.recovering.MERGED", 2)
    other = Pen("t2", clock=recovering.clock)
    with transaction(recovering.database):
        merges.put(recovering.database, [Merge(f"x{n}", "m1", n, "r") for n in range(5)])
    pen.boot()
    come(recovering, pen)
    other.boot()
    come(recovering, other)
    assert standing(recovering.database)["merges"] == 3
    assert (states(recovering), waiting.left(recovering.database)) == ([("t1", "heard", 0), ("t2", "heard", 0)], 0)
    assert granted(recovering, pen, "m1", 10).refused == "recovering"
    assert standing(recovering.database)["merges"] == 1
    assert recovering.push(pen).wm == 3
    assert standing(recovering.database)["state"] == "ready"
    assert granted(recovering, pen, "m1", 10).grant.granted == 10


def test_a_waived_till_ends_it_with_the_merges_made(forgetful, pen):
    other = Pen("t2", clock=forgetful.clock)
    grant = lent(forgetful, "m2", "a", till="t2", points=60)
    other.write(GotBody(grant=grant))
    other.sale("m2", spends=[(grant, {"a": 45})])
    pen.boot()
    come(forgetful, pen)
    with transaction(forgetful.database):
        assert waive(forgetful.database, "t2", act=ACT, day=TODAY)
    assert granted(forgetful, pen, "m2", 100).grant.granted == 100
    assert forgetful.push(other).exceptions == ()
    forgetful.audit()
    # Ten points were free; what is beyond them is a late spend, which the shop bears.
    assert forgetful.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'") == [(-35,)]


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


def test_a_till_that_has_not_heard_of_the_restore_tells_everything_again_in_its_order(bench, pen):
    """Its next batch was to be the boot of a healed incarnation; the former one's spends are forgotten here, and its lease is not over."""
    pen.sale("m1", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 60).grant
    with transaction(bench.database):
        begin(bench.database, epoch=2, tills=["t1"], act=ACT)
    pen.sale("m1", name="s", spends=[(grant, {"a": 20})])
    healed = Pen("t1", inc=2, clock=bench.clock)
    healed.write(BootBody(reason="healed", store="s1"))
    healed.give_back("m1", "s", restored={"a": 20})
    answer = come(bench, healed, epoch=1)
    assert (answer.wm, answer.epoch, answer.exceptions) == (0, 2, ())
    assert bench.sql("SELECT state FROM lease") == [("open",)]
    assert come(bench, pen, end=False).exceptions == ()
    healed.sent = 0
    assert come(bench, healed).exceptions == ()
    assert not waiting.recovering(bench.database)
    assert (bench.account("m1"), bench.sql("SELECT 1 FROM entry WHERE account = 'loss:store'")) == ((100, 0, 0), [])
