"""The hub's push on a real SQLite file: facts in, verdicts out."""

import pytest
from hub_kit import Pen

from agent.errors import Forbidden, Unauthorised
from sync.hub.enrolment import revoke_till
from sync.hub.store.steps import transaction
from sync.wire import NoticeBody


def test_unknown_member_earns_at_once(bench, pen):
    pen.boot()
    pen.sale("m1", earn=70)
    answer = bench.push(pen)
    assert (answer.wm, answer.exceptions, answer.fork) == (2, (), False)
    assert answer.hash == pen.hashes[2]
    assert bench.account("m1") == (70, 0, 0)
    assert bench.sql("SELECT status, joined FROM member") == [("active", "2026-09-21")]


def test_the_same_batch_again_changes_nothing(bench, pen):
    pen.sale("m1", earn=70)
    bench.push(pen)
    before = bench.everything(but=())
    answer = bench.push(pen, first=1)
    assert (answer.wm, answer.exceptions) == (1, ())
    assert bench.everything(but=()) == before


def test_overlapping_batch_applies_only_the_rest(bench, pen):
    for _ in range(3):
        pen.sale("m1", earn=10)
    bench.push(pen, last=2)
    assert bench.push(pen, first=1, last=3).wm == 3
    assert bench.account("m1") == (30, 0, 0)


def test_a_gap_is_answered_with_the_mark(bench, pen):
    for _ in range(3):
        pen.sale("m1", earn=10)
    bench.push(pen, last=1)
    answer = bench.push(pen, first=3)
    assert (answer.wm, answer.hash, answer.fork) == (1, pen.hashes[1], False)
    assert bench.account("m1") == (10, 0, 0)


def test_another_story_is_a_fork(bench, pen):
    pen.sale("m1", earn=10)
    pen.sale("m1", earn=10)
    bench.push(pen)
    other = Pen("t1", clock=bench.clock)
    other.sale("m1", earn=10)
    other.sale("m1", earn=99)
    other.sale("m1", earn=99)
    told = bench.push(other)
    assert (told.fork, told.wm, told.hash) == (True, 1, pen.hashes[1])
    told = bench.push(other, first=3)
    assert (told.fork, told.wm) == (True, 0), "they part before what was sent"
    assert bench.account("m1") == (20, 0, 0)
    assert bench.sql("SELECT wm, forks FROM watermark") == [(2, 2)]


def test_a_new_incarnation_begins_anew(bench, pen):
    pen.sale("m1", earn=10)
    bench.push(pen)
    second = Pen("t1", inc=2, clock=bench.clock)
    second.boot()
    second.sale("m1", earn=5)
    assert bench.push(second).wm == 2
    assert bench.account("m1") == (15, 0, 0)
    pen.want("m1", 5)
    assert bench.push(pen).leases[0].refused == "superseded"


def test_a_sale_at_another_key_is_a_duplicate(bench, pen):
    pen.sale("m1", name="s-1", earn=10)
    bench.push(pen)
    other = Pen("t2", clock=bench.clock)
    other.sale("m1", name="s-1", earn=10, lot="other-lot")
    answer = bench.push(other)
    assert [(v.seq, v.verdict) for v in answer.exceptions] == [(1, "duplicate")]
    assert (answer.wm, bench.account("m1")) == (1, (10, 0, 0))


def test_other_content_is_parked(bench, pen):
    pen.sale("m1", name="s-1", earn=10)
    pen.sale("m1", name="s-1", earn=10, content="other")
    answer = bench.push(pen)
    assert [(v.seq, v.verdict, v.reason) for v in answer.exceptions] == [(2, "quarantined", "other-content")]
    assert bench.sql("SELECT till, inc, seq, reason, line FROM quarantine") == [
        ("t1", 1, 2, "other-content", pen.lines[1])
    ]
    assert (answer.wm, bench.account("m1")) == (2, (10, 0, 0))


def test_poison_is_parked_and_the_rest_goes_on(bench, pen):
    pen.sale("m1", earn=10)
    pen.raw(b"not json")
    pen.raw(b'{"v":1,"till":"t9","inc":1,"seq":3,"id":"x","at":1,"hlc":1,"body":{"kind":"notice","what":"x"}}')
    pen.sale("m1", earn=5)
    answer = bench.push(pen)
    assert [(v.seq, v.reason) for v in answer.exceptions] == [(2, "undecodable"), (3, "other-key")]
    assert (answer.wm, bench.account("m1")) == (4, (15, 0, 0))


def test_a_till_pushes_for_itself_only(bench, pen):
    pen.sale("m1", earn=10)
    with pytest.raises(Forbidden, match="other-till"):
        bench.push(pen, wrong={"till": "t2"})
    assert bench.sql("SELECT * FROM record") == []


def test_a_record_that_fails_the_hub_is_parked_unread(bench, pen):
    pen.sale("m1", earn=100)
    answer = bench.push(pen, wrong={"failed": 3})
    assert (answer.wm, answer.exceptions[0].reason) == (1, "fails-the-hub")
    assert bench.sql("SELECT line FROM quarantine") == [(pen.lines[0],)]


def test_times_of_another_age_are_parked(bench, pen):
    pen.write(NoticeBody(what="x"), at=10**18)
    pen.write(NoticeBody(what="x"), hlc=-1)
    assert [v.reason for v in bench.push(pen).exceptions] == ["bad-time", "bad-time"]


def test_a_till_revoked_on_the_way_in_is_refused(bench):
    assert bench.hub.known_till("t1") == bench.tills["t1"]
    with transaction(bench.database):
        revoke_till(bench.database, "t1", now_ms=5)
    with pytest.raises(Forbidden, match="till-revoked"):
        bench.hub.known_till("t1")
    with pytest.raises(Unauthorised, match="till-unknown"):
        bench.hub.known_till("t9")
    assert bench.hub.till("t9") is None


def test_marks_wait_for_a_copy_to_be_durable(bench, pen):
    pen.boot()
    assert bench.push(pen).durable == 0
