"""Merged members: a permanent forward; nothing lost, nothing doubled, open leases valid."""

import threading

import pytest
from hub_kit import TODAY, UNIT, granted

from agent.errors import Conflict, NotFound, StorageBroken
from sync.hub import changes, fleet
from sync.hub.merging import Act, merge, merge_again, merge_for_good
from sync.hub.store import cards, merges
from sync.hub.store.aliases import Merge
from sync.hub.store.steps import transaction
from sync.wire import EnrolBody


def join(bench, member, target):
    with transaction(bench.database):
        done = merge(bench.database, member, target, reason="double", epoch=1, day=TODAY, now_ms=bench.clock())
    bench.audit()
    return done


def test_points_cards_and_empty_fields_go_over(bench, pen):
    pen.write(EnrolBody(member="a", cards=("ca",), phone="pa", name="Анна", birthday="05-17"))
    pen.write(EnrolBody(member="b", cards=("cb",), name="Аня"))
    pen.sale("a", earn=100, lot="x", expires="2026-12-31")
    pen.sale("b", earn=10, lot="y")
    bench.push(pen)
    assert join(bench, "a", "b") == ("a", "b")
    assert (bench.account("a"), bench.account("b")) == ((0, 0, 0), (110, 0, 0))
    assert bench.lots("b") == {"x": (100, 100, 0), "y": (10, 10, 0)}
    assert bench.sql("SELECT expires_on FROM lot WHERE member = 'b' AND lot = 'x'") == [("2026-12-31",)]
    assert bench.sql("SELECT name, birthday FROM member WHERE member = 'b'") == [("Аня", "05-17")]
    assert {hmac: cards.member_of(bench.database, hmac) for hmac in ("ca", "pa", "cb")} == dict.fromkeys(
        ("ca", "pa", "cb"), "b"
    )


def test_the_till_hears_whose_card_it_is_now(bench, pen):
    pen.write(EnrolBody(member="a", cards=("ca",)))
    pen.write(EnrolBody(member="b", cards=("cb",)))
    bench.push(pen)
    join(bench, "a", "b")
    told = {state.member: state for state in changes.since(bench.database, "", till="t1", epoch=1, now_ms=0).members}
    assert (told["a"].into, told["a"].cards) == ("b", ())
    assert (told["b"].into, set(told["b"].cards)) == (None, {"ca", "cb"})


def test_an_open_lease_stays_valid_and_its_rest_goes_over(bench, pen):
    pen.sale("a", earn=100, lot="x")
    pen.sale("b", earn=1, lot="y")
    grant = granted(bench, pen, "a", 60).grant
    join(bench, "a", "b")
    assert (bench.account("a"), bench.account("b")) == ((60, 60, 0), (41, 0, 0))
    pen.sale("a", spends=[(grant, {"x": 25})])
    pen.close(grant, spent=25)
    assert bench.push(pen).exceptions == ()
    bench.audit()
    assert (bench.account("a"), bench.account("b")) == ((0, 0, 0), (76, 0, 0))
    assert bench.lots("a") == {"x": (25, 0, 0)}
    assert bench.lots("b") == {"x": (75, 75, 0), "y": (1, 1, 0)}


def test_merging_asks_the_lease_back(bench, pen):
    pen.sale("a", earn=100, lot="x")
    pen.sale("b", earn=1, lot="y")
    grant = granted(bench, pen, "a", 60).grant
    join(bench, "a", "b")
    assert bench.hub.changes("t1", "").revokes == (grant.id,)


def test_records_that_name_the_merged_member_end_with_the_heir(bench, pen):
    pen.sale("a", earn=100, lot="x")
    pen.sale("b", earn=1, lot="y")
    grant = granted(bench, pen, "a", 60).grant
    pen.sale("a", name="spent", spends=[(grant, {"x": 50})])
    bench.push(pen)
    join(bench, "a", "b")
    pen.sale("a", name="later", earn=7, lot="z")
    pen.give_back("a", "spent", restored={"x": 50})
    pen.write(EnrolBody(member="a", cards=("late",), name="Поздно"))
    assert bench.push(pen).exceptions == ()
    bench.audit()
    assert bench.account("b") == (98 + 0, 0, 0)
    assert bench.account("a") == (10, 10, 0)
    assert cards.member_of(bench.database, "late") == "b"
    assert bench.lots("b")["x"][:2] == (90, 90)


def test_a_claw_back_takes_the_own_lot_at_the_heir(bench, pen):
    pen.sale("a", name="s", earn=100, lot="x", pending="2026-12-01")
    pen.sale("b", earn=30, lot="y", expires="2026-10-01")
    bench.push(pen)
    join(bench, "a", "b")
    pen.give_back("a", "s", taken_back=100, own=["x"])
    bench.push(pen)
    bench.audit()
    assert bench.lots("b") == {"x": (100, 0, 0), "y": (30, 30, 0)}


def test_debt_goes_over_and_is_paid_there(bench, pen):
    pen.sale("a", name="s", earn=40, lot="x")
    pen.sale("b", earn=25, lot="y")
    grant = granted(bench, pen, "a", 40).grant
    pen.sale("a", spends=[(grant, {"x": 40})])
    pen.give_back("a", "s", taken_back=40, own=["x"])
    bench.push(pen)
    assert bench.account("a") == (0, 0, 40)
    join(bench, "a", "b")
    assert (bench.account("a"), bench.account("b")) == ((0, 0, 0), (0, 0, 15))


def test_spent_beyond_every_right_the_heir_pays_what_is_there(bench, pen):
    pen.sale("a", earn=40, lot="x")
    pen.sale("b", earn=25, lot="y")
    grant = granted(bench, pen, "a", 40).grant
    pen.close(grant, spent=0)
    bench.push(pen)
    join(bench, "a", "b")
    pen.sale("a", spends=[(grant, {"x": 70})])
    bench.push(pen)
    bench.audit()
    assert (bench.account("a"), bench.account("b")) == ((0, 0, 0), (0, 0, 0))
    assert bench.sql("SELECT member, amount FROM entry WHERE account = 'loss:store'") == [("b", -5)]


def test_a_part_that_comes_back_expired_expires_at_the_heir(bench, pen):
    pen.sale("a", earn=40, lot="x", expires="2026-09-22")
    pen.sale("b", earn=1, lot="y")
    grant = granted(bench, pen, "a", 30).grant
    join(bench, "a", "b")
    bench.clock.now_ms += 3 * 86_400_000
    pen.close(grant, spent=0)
    bench.push(pen)
    bench.audit()
    assert (bench.account("a"), bench.account("b")) == ((0, 0, 0), (1, 0, 0))


def test_no_new_right_for_a_merged_member(bench, pen):
    pen.sale("a", earn=40, lot="x")
    pen.sale("b", earn=1, lot="y")
    bench.push(pen)
    join(bench, "a", "b")
    assert granted(bench, pen, "a", 10).refused == "merged"
    assert granted(bench, pen, "b", 41).grant.granted == 41


def test_a_chain_is_one_hop_and_never_a_circle(bench, pen):
    for member, points in (("a", 1), ("b", 2), ("c", 4)):
        pen.sale(member, earn=points, lot=f"lot-{member}")
    bench.push(pen)
    held = granted(bench, pen, "a", 1).grant
    join(bench, "a", "b")
    assert join(bench, "a", "c") == ("b", "c")
    assert bench.sql("SELECT member, target FROM alias ORDER BY member") == [("a", "c"), ("b", "c")]
    pen.close(held, spent=0)
    bench.push(pen)
    bench.audit()
    assert bench.account("c") == (7, 0, 0)
    for member, target in (("a", "b"), ("c", "a"), ("b", "b")):
        with pytest.raises(Conflict, match="members-are-one"):
            join(bench, member, target)


def test_strangers_are_not_merged(bench, pen):
    pen.sale("a", earn=1)
    bench.push(pen)
    with pytest.raises(NotFound):
        join(bench, "a", "nobody")
    assert bench.sql("SELECT * FROM alias") == []


def test_a_record_that_does_not_apply_leaves_both_as_they_were(bench, pen):
    pen.sale("a", earn=40, lot="x")
    pen.sale("b", earn=1, lot="y")
    bench.push(pen)
    join(bench, "a", "b")
    pen.sale("a", earn=5, lot="new", name="bad")
    pen.sale("a", earn=5, lot="new", name="twice")
    pen.give_back("a", "bad", taken_back=5, own=["new"], restored={"nowhere": 3})
    assert [verdict.reason for verdict in bench.push(pen).exceptions] == ["lot-exists", "unknown-lot"]
    bench.audit()
    assert bench.account("b") == (46, 0, 0), UNIT


def test_more_of_a_lot_comes_after_the_heir_spent_the_first_part(bench, pen):
    pen.sale("a", earn=100, lot="x")
    pen.sale("b", earn=1, lot="y")
    held = granted(bench, pen, "a", 60).grant
    join(bench, "a", "b")
    lent = granted(bench, pen, "b", 41).grant
    pen.sale("b", spends=[(lent, {"x": 40, "y": 1})])
    pen.close(lent, spent=41)
    bench.push(pen)
    pen.close(held, spent=0)
    assert bench.push(pen).exceptions == ()
    bench.audit()
    assert bench.lots("b") == {"x": (100, 60, 0), "y": (1, 0, 0)}


def two_openings(pen):
    """Imported lots are all called alike."""
    pen.sale("a", earn=100, lot="opening", expires="2026-12-31")
    pen.sale("b", earn=30, lot="opening", expires="2027-12-31")


def test_two_lots_of_one_name_stay_two(bench, pen):
    two_openings(pen)
    bench.push(pen)
    join(bench, "a", "b")
    assert bench.lots("b") == {"opening": (30, 30, 0), "opening/a": (100, 100, 0)}


def test_a_spent_lot_of_the_same_name_is_no_hindrance(bench, pen):
    two_openings(pen)
    lent = granted(bench, pen, "b", 30).grant
    pen.sale("b", spends=[(lent, {"opening": 30})])
    bench.push(pen)
    join(bench, "a", "b")
    assert bench.lots("b") == {"opening": (30, 0, 0), "opening/a": (100, 100, 0)}


def test_more_of_a_lot_that_got_another_name(bench, pen):
    two_openings(pen)
    held = granted(bench, pen, "a", 60).grant
    join(bench, "a", "b")
    lent = granted(bench, pen, "b", 70).grant
    pen.sale("b", spends=[(lent, {"opening": 30, "opening/a": 40})])
    pen.close(lent, spent=70)
    bench.push(pen)
    pen.close(held, spent=0)
    assert bench.push(pen).exceptions == ()
    assert bench.lots("b") == {"opening": (30, 0, 0), "opening/a": (100, 60, 0)}


def test_a_person_merges_for_good_and_the_file_outside_knows_it_first(bench, pen, tmp_path):
    pen.sale("a", earn=1)
    pen.sale("b", earn=2)
    bench.push(pen)
    act = Act(who="anna", reason="two cards", at=bench.clock())
    paths = [str(tmp_path / "x.fleet"), str(tmp_path / "copies" / "hub.fleet")]
    assert merge_for_good(bench.database, "a", "b", act, paths=paths) == ("a", "b")
    for path in paths:
        assert fleet.read(path).merges == (Merge("a", "b", bench.clock(), "two cards"),)
    acts = bench.sql("SELECT at, who, what, subject, reason, numbers FROM audit")
    assert acts == [(bench.clock(), "anna", "merged", "a", "two cards", '{"into": "b"}')]
    with pytest.raises(Conflict, match="members-are-one"):
        merge_for_good(bench.database, "b", "a", act, paths=paths)


def test_where_the_file_cannot_be_written_nothing_is_merged(bench, pen, tmp_path):
    pen.sale("a", earn=1)
    pen.sale("b", earn=2)
    bench.push(pen)
    (tmp_path / "file").write_text("")
    act = Act(who="anna", reason="two cards", at=bench.clock())
    with pytest.raises(StorageBroken):
        merge_for_good(bench.database, "a", "b", act, paths=[str(tmp_path / "file" / "x.fleet")])
    assert bench.sql("SELECT * FROM alias") == []
    assert bench.account("a") == (1, 0, 0)


def test_merges_are_made_again_with_what_is_there_of_them(bench, pen):
    """One the database has after all, one between members it has, one of strangers."""
    for member, points in (("a", 1), ("b", 2), ("c", 4)):
        pen.sale(member, earn=points, lot=f"lot-{member}")
    bench.push(pen)
    join(bench, "a", "b")
    with transaction(bench.database):
        merges.put(bench.database, [Merge("a", "b", 1, "r"), Merge("b", "c", 2, "s"), Merge("x", "y", 3, "t")])
        assert merge_again(bench.database, 2, epoch=1, day=TODAY, now_ms=bench.clock()) == 1
    bench.audit()
    assert bench.account("c") == (7, 0, 0)
    with transaction(bench.database):
        assert merge_again(bench.database, 2, epoch=1, day=TODAY, now_ms=bench.clock()) == 0
    assert bench.sql("SELECT member, target, at FROM alias ORDER BY member") == [
        ("a", "c", bench.clock()), ("b", "c", 2), ("x", "y", 3)
    ]  # fmt: skip
    assert bench.sql("SELECT member FROM member ORDER BY member") == [("a",), ("b",), ("c",), ("x",), ("y",)]
    assert bench.sql("SELECT subject FROM audit WHERE what = 'merged-again' ORDER BY n") == [("b",), ("x",)]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_merges_are_made_one_at_a_time(bench, pen, monkeypatch):
    """Two people at once, each the other way round: the second hears that the two are one."""
    pen.sale("m1", earn=10, lot="a")
    pen.sale("m2", earn=20, lot="b")
    bench.push(pen)
    act, told, second = Act(who="anna", reason="r", at=bench.clock()), [], []

    def other_way():
        try:
            merge_for_good(bench.database, "m2", "m1", act, paths=())
        except Conflict as refusal:
            told.append(refusal.code)

    def renew(*how, **more):
        if not second:
            second.append(threading.Thread(target=other_way))
            second[0].start()
            watcher = bench.database.another()
            waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            while second[0].is_alive() and not watcher.execute_sql(waits).fetchone():
                pass
            watcher.close()
        real(*how, **more)

    real = fleet.renew
    monkeypatch.setattr(fleet, "renew", renew)
    assert merge_for_good(bench.database, "m1", "m2", act, paths=()) == ("m1", "m2")
    second[0].join(30)
    assert bench.sql("SELECT member, target FROM alias") == [("m1", "m2")]
    assert told == ["members-are-one"]
