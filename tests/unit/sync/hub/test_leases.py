"""Wishes answered: never more than there is, the same answer to the same wish, recalls where it is not enough."""

import pytest
from hub_kit import DAY_MS, UNIT, Bench, Pen, granted

from agent.loyalty.leases import lease_id
from sync.hub.policy import Policy
from sync.signing import Verifier, check_grant
from sync.wire import CloseBody, EnrolBody


def withdrawn(pen, seq, *, till=None):
    """The till's record that it wishes no longer."""
    lease = lease_id(till or pen.till, pen.inc, seq)
    return pen.write(CloseBody(lease=lease, member="m1", unit=UNIT, spent=0, left=0, reason="withdrawn", want=seq))


def test_visit_lease_and_spend(bench, pen):
    pen.sale("m1", earn=200, lot="a")
    grant = granted(bench, pen, "m1", 150).grant
    assert (grant.granted, grant.backing[0].lot, grant.till) == (150, "a", "t1")
    assert bench.account("m1") == (200, 150, 0)
    pen.sale("m1", earn=7, spends=[(grant, {"a": 40})])
    bench.push(pen)
    assert bench.account("m1") == (167, 110, 0)
    pen.close(grant, spent=40)
    bench.push(pen)
    assert bench.account("m1") == (167, 0, 0)
    assert bench.sql("SELECT state, spent, back FROM lease") == [("closed", 40, 110)]


def test_a_repeated_want_gets_the_same_grant_and_a_closed_one_says_closed(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    first = granted(bench, pen, "m1", 60)
    pen.sale("m1", earn=500, lot="b")
    again = bench.push(pen, pending=[2])
    assert [answer.grant for answer in again.leases] == [first.grant]
    pen.close(first.grant, spent=0)
    assert bench.push(pen, pending=()).leases == ()
    assert [a.refused for a in bench.push(pen, pending=[2, 77, 1]).leases] == ["closed"]
    assert bench.account("m1") == (600, 0, 0)


def test_what_one_till_holds_no_other_can_have_and_it_is_recalled(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    first = granted(bench, pen, "m1", 80).grant
    other = Pen("t2", clock=bench.clock)
    answer = granted(bench, other, "m1", 50)
    assert (answer.grant.granted, answer.elsewhere) == (20, 80)
    news = bench.hub.changes("t1", "")
    assert news.revokes == (first.id,)
    assert bench.hub.changes("t1", news.cursor).revokes == ()
    assert bench.hub.changes("t2", "").revokes == ()
    pen.close(first, spent=0, reason="revoked")
    bench.push(pen)
    assert granted(bench, other, "m1", 30).grant.granted == 30


def test_what_is_coming_back_is_asked_again_and_granted_once(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    first = granted(bench, pen, "m1", 100).grant
    other = Pen("t2", clock=bench.clock)
    other.boot()
    answer = granted(bench, other, "m1", 60)
    assert (answer.refused, answer.elsewhere) == ("recalling", 100)
    assert [(one.till, one.points, one.seen) for one in answer.holders] == [("t1", 100, bench.clock())]
    later = other.want("m1", 30)
    assert [one.refused for one in bench.push(other, pending=[2, later]).leases] == ["recalling"] * 2
    assert bench.hub.changes("t1", "").revokes == (first.id,)
    pen.close(first, spent=0, reason="revoked")
    bench.push(pen)
    found = bench.push(other, pending=[2])
    assert [one.grant.granted for one in found.leases] == [60]
    assert bench.push(other, pending=[2]).leases == found.leases
    assert bench.account("m1") == (100, 60, 0)
    # A wish the newest push no longer asked for is answered for good.
    assert [one.refused for one in bench.push(other, pending=[later]).leases] == ["nothing"]


def test_a_part_is_granted_at_once_and_the_rest_is_recalled(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    granted(bench, pen, "m1", 80)
    other = Pen("t2", clock=bench.clock)
    assert granted(bench, other, "m1", 100).grant.granted == 20
    assert granted(bench, other, "m1", 80).refused == "recalling"


def test_a_withdrawn_wish_is_granted_by_no_push_that_comes_late(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    first = granted(bench, pen, "m1", 100).grant
    other = Pen("t2", clock=bench.clock)
    seq = other.want("m1", 60)
    head, lines = other.batch()
    bench.hub.push(bench.tills["t2"], head, lines)
    withdrawn(other, seq)
    assert bench.push(other, pending=()).leases == ()
    pen.close(first, spent=0, reason="revoked")
    bench.push(pen)
    assert [one.refused for one in bench.hub.push(bench.tills["t2"], head, lines).leases] == ["closed"]
    assert bench.account("m1") == (100, 0, 0)
    assert bench.sql("SELECT count(*) FROM quarantine") == [(0,)]


def test_a_grant_whose_answer_was_lost_is_taken_back_whole_by_the_withdrawal(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    seq = pen.want("m1", 60)
    assert bench.push(pen).leases[0].grant.granted == 60
    withdrawn(pen, seq)
    bench.push(pen, pending=())
    assert bench.account("m1") == (100, 0, 0)
    assert bench.sql("SELECT state, spent, back FROM lease") == [("closed", 0, 60)]


def test_nobody_withdraws_another_tills_wish(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    bench.push(pen)
    other = Pen("t2", clock=bench.clock)
    withdrawn(other, 3, till="t1")
    assert [one.reason for one in bench.push(other).exceptions] == ["unknown-lease"]
    assert granted(bench, pen, "m1", 60).grant.granted == 60


def test_an_idle_till_is_heard_of_by_its_empty_pushes(bench, pen):
    pen.boot()
    bench.push(pen)
    for _ in range(5):
        bench.clock.now_ms += 40_000
        bench.push(pen)
    assert bench.clock() - bench.sql("SELECT at FROM watermark")[0][0] <= 60_000


def test_standing_leases_share(tmp_path):
    bench = Bench(tmp_path / "hub.db", stores=("s1", "s2", "s1"))
    pen, other = Pen("t1", clock=bench.clock), Pen("t2", store="s2", clock=bench.clock)
    pen.sale("m1", earn=100)
    assert granted(bench, pen, "m1", 100, style="standing").grant.granted == 50
    assert granted(bench, pen, "m1", 100, style="standing").refused == "nothing"
    assert granted(bench, other, "m1", 100, style="standing").grant.granted == 25
    bench.audit()
    bench.close()


def test_the_only_store_may_hold_everything(bench, pen):
    pen.sale("m1", earn=100)
    assert granted(bench, pen, "m1", 100, style="standing").grant.granted == 100


@pytest.mark.parametrize(("points", "member"), [(0, "m1"), (-5, "m1"), (10**15, "m1")])
def test_odd_wishes_get_nothing(bench, pen, points, member):
    pen.sale("m1", earn=100)
    assert granted(bench, pen, member, points).refused == "nothing"


def test_a_stranger_has_nothing_to_lease(bench, pen):
    assert granted(bench, pen, "nobody", 5).refused == "unknown-member"
    assert bench.sql("SELECT * FROM member") == []


def test_pending_points_are_not_leased_until_their_day(bench, pen):
    pen.sale("m1", earn=100, pending="2026-09-22")
    assert granted(bench, pen, "m1", 10).refused == "nothing"
    bench.clock.now_ms += DAY_MS
    assert granted(bench, pen, "m1", 10).grant.granted == 10


def test_a_wish_no_longer_wished_is_not_granted(bench, pen):
    pen.sale("m1", earn=100)
    pen.want("m1", 60)
    assert bench.push(pen, pending=()).leases == ()
    assert bench.account("m1") == (100, 0, 0)


def test_a_refused_wish_stays_refused(bench, pen):
    """A push delivered twice must not lock points for a till that took no for an answer."""
    pen.write(EnrolBody(member="m1"))
    assert granted(bench, pen, "m1", 60).refused == "nothing"
    pen.sale("m1", earn=100)
    assert [answer.refused for answer in bench.push(pen, pending=[2]).leases] == ["nothing"]
    assert bench.account("m1") == (100, 0, 0)


def test_what_expired_is_booked_before_a_wish_is_answered(bench, pen):
    pen.sale("m1", earn=100, expires="2026-09-21")
    bench.push(pen)
    bench.clock.now_ms += DAY_MS
    assert granted(bench, pen, "m1", 10).refused == "nothing"
    assert bench.account("m1") == (0, 0, 0)
    assert bench.sql("SELECT till, seq, amount FROM entry WHERE account = 'expired'") == [("hub/t1", 2, 100)]


def test_a_blocked_member_gets_no_lease(bench, pen):
    pen.sale("m1", earn=100)
    bench.push(pen)
    bench.database.execute_sql("UPDATE member SET status = 'blocked'")
    assert granted(bench, pen, "m1", 10).refused == "blocked"


def test_a_cap(tmp_path):
    bench = Bench(tmp_path / "hub.db", policy=Policy(visit_cap=30, visit_life_ms=1000))
    pen = Pen("t1", clock=bench.clock)
    pen.sale("m1", earn=100)
    grant = granted(bench, pen, "m1", 80).grant
    assert (grant.granted, grant.until, grant.epoch) == (30, bench.clock() + 1000, 1)
    assert check_grant(Verifier(bench.keys.signer.public), grant)
    bench.close()
