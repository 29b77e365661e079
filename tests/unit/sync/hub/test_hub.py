"""The hub's push and changes on a real SQLite file: facts in, verdicts, leases and states out."""

import pytest
from hub_kit import DAY_MS, UNIT, Bench, Pen

from agent.errors import Forbidden, TooLarge
from sync.hub.reception import BadPush
from sync.wire import EnrolBody, NoticeBody


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path / "hub.db")
    yield bench
    bench.audit()
    bench.close()


@pytest.fixture
def pen(bench):
    return Pen("t1", clock=bench.clock)


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
    assert bench.push(other).fork
    assert bench.push(other, first=3).fork
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


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"v": 2}, "unknown-version"),
        ({"inc": 0}, "bad-head"),
        ({"inc": 2**40}, "bad-head"),
        ({"first": 0}, "bad-head"),
        ({"first": -1}, "bad-head"),
        ({"last": 9}, "bad-head"),
        ({"last": 2**70}, "bad-head"),
        ({"prev": "x" * 64}, "bad-head"),
        ({"prev": ""}, "bad-head"),
        ({"prev": "1" * 64}, "bad-chain"),
        ({"hash": "0" * 64}, "bad-chain"),
        ({"hash": "G"}, "bad-head"),
        ({"inc": 2}, "bad-chain"),
    ],
)
def test_a_malformed_head_changes_nothing(bench, pen, wrong, code):
    pen.sale("m1", earn=10)
    before = bench.everything(but=())
    with pytest.raises(BadPush) as refused:
        bench.push(pen, wrong=wrong)
    assert refused.value.cause == code
    assert bench.everything(but=()) == before


def test_too_many_records(bench, pen):
    for _ in range(201):
        pen.boot()
    with pytest.raises(TooLarge, match="push-too-large"):
        bench.push(pen)


def test_a_till_pushes_for_itself_only(bench, pen):
    pen.sale("m1", earn=10)
    with pytest.raises(Forbidden, match="other-till"):
        bench.push(pen, wrong={"till": "t2"})
    assert bench.sql("SELECT * FROM record") == []


def granted(bench, pen, member, points, **more):
    pen.want(member, points, **more)
    return bench.push(pen).leases[0]


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


def test_mismatch_loss_is_the_shops(bench, pen):
    pen.sale("m1", earn=5, loss={UNIT: 30})
    bench.push(pen)
    assert bench.account("m1") == (5, 0, 0)
    assert bench.sql("SELECT account, amount FROM entry WHERE amount = -30") == [("loss:store", -30)]


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


def test_return_restores_and_claws_back(bench, pen):
    pen.sale("m1", earn=200, lot="a")
    grant = granted(bench, pen, "m1", 150).grant
    pen.sale("m1", name="big", earn=70, lot="b", pending="2026-10-05", spends=[(grant, {"a": 150})])
    bench.push(pen)
    assert bench.account("m1") == (120, 0, 0)
    pen.give_back("m1", "big", restored={"a": 150}, taken_back=70, own=["b"])
    bench.push(pen)
    assert bench.account("m1") == (200, 0, 0)
    assert bench.lots("m1") == {"a": (200, 200, 0), "b": (70, 0, 0)}


def test_claw_back_beyond_what_is_there_is_debt_paid_first(bench, pen):
    pen.sale("m1", name="one", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 100).grant
    pen.give_back("m1", "one", taken_back=100, own=["a"])
    bench.push(pen)
    assert bench.account("m1") == (100, 100, 100)
    pen.sale("m1", earn=30, lot="b")
    bench.push(pen)
    assert bench.account("m1") == (100, 100, 70)
    pen.close(grant, spent=0)
    bench.push(pen)
    assert bench.account("m1") == (30, 0, 0)


def test_a_pending_lot_pays_debt_on_its_day(bench, pen):
    pen.sale("m1", name="one", earn=10, lot="a")
    grant = granted(bench, pen, "m1", 10).grant
    pen.sale("m1", spends=[(grant, {"a": 10})])
    pen.give_back("m1", "one", taken_back=10, own=["a"])
    pen.sale("m1", earn=25, lot="b", pending="2026-09-23")
    bench.push(pen)
    assert bench.account("m1") == (25, 0, 10)
    assert bench.hub.new_day() == 0
    bench.clock.now_ms += 2 * DAY_MS
    assert bench.hub.new_day() == 1
    assert bench.account("m1") == (15, 0, 0)
    assert bench.hub.new_day() == 0


def test_restoring_more_than_a_lot_had_is_parked(bench, pen):
    pen.sale("m1", earn=10, lot="a")
    pen.give_back("m1", "x", restored={"a": 1})
    pen.give_back("m1", "x", restored={"nowhere": 1})
    assert [v.reason for v in bench.push(pen).exceptions] == ["restores-too-much", "unknown-lot"]
    assert bench.account("m1") == (10, 0, 0)


def test_a_return_posts_once(bench, pen):
    pen.sale("m1", name="one", earn=10, lot="a")
    pen.give_back("m1", "one", taken_back=4, own=["a"], name="r1")
    pen.give_back("m1", "one", taken_back=4, own=["a"], name="r1")
    assert [v.verdict for v in bench.push(pen).exceptions] == ["duplicate"]
    assert bench.account("m1") == (6, 0, 0)


def test_expiry_spares_what_is_leased_and_counts_as_taken_back(bench, pen):
    pen.sale("m1", name="one", earn=100, lot="a", expires="2026-09-21")
    grant = granted(bench, pen, "m1", 30).grant
    bench.clock.now_ms += DAY_MS
    assert bench.hub.new_day() == 1
    assert bench.account("m1") == (30, 30, 0)
    pen.give_back("m1", "one", taken_back=60, own=["a"])
    bench.push(pen)
    assert bench.account("m1") == (30, 30, 0)
    pen.close(grant, spent=10)
    bench.push(pen)
    assert bench.account("m1") == (10, 10, 0)
    pen.sale("m1", spends=[(grant, {"a": 10})])
    bench.push(pen)
    assert bench.sql("SELECT state, spent, back FROM lease") == [("closed", 10, 20)]
    assert bench.sql("SELECT sum(amount) FROM entry WHERE account = 'expired'") == [(30,)]


def test_enrol_fills_what_is_empty(bench, pen):
    pen.write(EnrolBody(member="m1", cards=("c1",), name="Анна", birthday="02-29"))
    pen.write(EnrolBody(member="m1", cards=("c2",), phone="p1", name="Другая", masked="*17"))
    pen.write(EnrolBody(member="m2", birthday="13-01"))
    assert [v.reason for v in bench.push(pen).exceptions] == ["bad-day"]
    assert bench.sql("SELECT name, masked, birthday FROM member") == [("Анна", "*17", "02-29")]
    assert bench.sql("SELECT hmac, kind FROM card ORDER BY hmac") == [("c1", "card"), ("c2", "card"), ("p1", "phone")]


def test_second_till_sees_the_first_ones_points(bench, pen):
    pen.sale("m1", earn=70, lot="a")
    bench.push(pen)
    news = bench.hub.changes("t2", "")
    assert [(m.member, m.rev, [lot.left for lot in m.lots]) for m in news.members] == [("m1", 1, [70])]
    assert news.members[0].applied == {}
    assert bench.hub.changes("t1", "").members[0].applied == {"t1/1": 1}
    assert not bench.hub.moved("t2", news.cursor)
    pen.sale("m1", earn=1)
    bench.push(pen)
    assert bench.hub.moved("t2", news.cursor)
    assert bench.hub.changes("t2", news.cursor).members[0].rev == 2


def test_push_carries_changes_since_its_cursor(bench, pen):
    cursor = bench.hub.changes("t1", "").cursor
    pen.sale("m1", earn=70)
    answer = bench.push(pen, cursor=cursor)
    assert [m.member for m in answer.changes.members] == ["m1"]
    assert answer.changes.members[0].applied == {"t1/1": 1}
    assert bench.push(pen).changes is None


def test_pages_and_foreign_cursors(bench, pen):
    for n in range(5):
        pen.sale(f"m{n}", earn=1)
    bench.push(pen)
    page = bench.hub.changes("t2", "", limit=3)
    assert (len(page.members), page.more) == (3, True)
    rest = bench.hub.changes("t2", page.cursor, limit=3)
    assert ([m.member for m in rest.members], rest.more) == (["m3", "m4"], False)
    for cursor in ("9:5:0:0", "1:999:0:0", "nonsense", "1:-1:0:0"):
        assert len(bench.hub.changes("t2", cursor).members) == 5


def test_a_wish_no_longer_wished_is_not_granted(bench, pen):
    pen.sale("m1", earn=100)
    pen.want("m1", 60)
    assert bench.push(pen, pending=()).leases == ()
    assert bench.account("m1") == (100, 0, 0)


def test_a_record_that_fails_the_hub_is_parked_unread(bench, pen):
    pen.sale("m1", earn=100)
    answer = bench.push(pen, wrong={"failed": 3})
    assert (answer.wm, answer.exceptions[0].reason) == (1, "fails-the-hub")
    assert bench.sql("SELECT line FROM quarantine") == [(pen.lines[0],)]


def test_times_of_another_age_are_parked(bench, pen):
    pen.write(NoticeBody(what="x"), at=10**18)
    pen.write(NoticeBody(what="x"), hlc=-1)
    assert [v.reason for v in bench.push(pen).exceptions] == ["bad-time", "bad-time"]
