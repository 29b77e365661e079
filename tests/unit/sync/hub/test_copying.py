"""A copy that somebody else makes, in two steps: what it vouches for, and nonsense refused."""

import pytest
from hub_kit import NOON, Pen

from agent.errors import Conflict, NotFound
from sync.hub import copying
from sync.hub.restoring import begin as begin_epoch
from sync.hub.store import audits, meta
from sync.hub.store.audits import Audit
from sync.hub.store.steps import transaction


def begin(bench, token="abc"):
    with transaction(bench.database):
        return copying.begin(bench.database, token, now_ms=NOON)


def vouch(bench, token="abc"):
    with transaction(bench.database):
        return copying.vouch(
            bench.database, Audit(at=NOON + 5, who="olga", what="backed-up", subject=token, reason="tape")
        )


def test_what_was_applied_when_it_began_is_durable_and_nothing_since(bench, pen):
    other = Pen("t2", clock=bench.clock)
    pen.sale("m1", earn=5)
    bench.push(pen)
    made = begin(bench)
    assert made.marks == (("t1", 1, 1),)
    pen.sale("m1", earn=5)
    other.boot()
    assert (bench.push(pen).durable, bench.push(other).durable) == (0, 0)
    assert vouch(bench) == made
    assert bench.sql("SELECT till, wm, durable FROM watermark ORDER BY till") == [("t1", 2, 1), ("t2", 1, 0)]
    assert meta.read(bench.database, "saved") == str(NOON + 5)
    [act] = audits.newest(bench.database, 5)
    assert (act.who, act.what, act.subject, act.reason) == ("olga", "backed-up", "abc", "tape")
    assert act.numbers == {"began": NOON, "tills": 1}


def test_copies_that_overlap_never_lower_a_mark(bench, pen):
    pen.boot()
    bench.push(pen)
    begin(bench, "first")
    pen.boot()
    bench.push(pen)
    begin(bench, "second")
    vouch(bench, "second")
    vouch(bench, "first")
    assert bench.sql("SELECT wm, durable FROM watermark") == [(2, 2)]


def test_once_only_and_only_what_was_begun(bench, pen):
    pen.boot()
    bench.push(pen)
    begin(bench)
    vouch(bench)
    for token in ("abc", "never", "x" * 10_000):
        with pytest.raises(NotFound) as told:
            vouch(bench, token)
        assert told.value.code == "copy-not-begun"
    assert len(audits.newest(bench.database, 5)) == 1


def test_one_begun_before_a_restore_vouches_for_nothing(bench, pen):
    """The tables may hold another story under its numbers since."""
    pen.boot()
    bench.push(pen)
    begin(bench)
    with transaction(bench.database):
        begin_epoch(bench.database, epoch=2, tills=[], act=Audit(at=NOON, who="a", what="new-epoch", subject="hub"))
    with pytest.raises(Conflict) as told:
        vouch(bench)
    assert told.value.code == "copy-of-other-epoch"
    assert bench.sql("SELECT durable FROM watermark") == [(0,)]


def test_a_mark_that_is_not_here_is_not_vouched_for(bench, pen):
    """An older database put in place by hand, in the same epoch."""
    pen.boot()
    bench.push(pen)
    begin(bench)
    bench.database.execute_sql("UPDATE watermark SET wm = 0")
    vouch(bench)
    assert bench.sql("SELECT durable FROM watermark") == [(0,)]


def test_a_copy_says_whether_it_holds_the_token(bench, pen):
    pen.boot()
    bench.push(pen)
    made = begin(bench)
    assert copying.found(bench.database, "abc") == made
    with pytest.raises(NotFound):
        copying.found(bench.database, "other")
