"""Members written from a file: once, however often it runs, in key order, with sums that hold."""

import io

import pytest
from hub_kit import NOON, TODAY, UNIT, Pen, granted

from agent.loyalty import ids
from sync.hub import importing
from sync.hub.importing import Ground, check, import_members


def text(rows):
    return io.StringIO("card,phone,name,points,expires\n" + "".join(f"{row}\n" for row in rows), newline="")


@pytest.fixture
def ground(bench):
    return Ground(key=bench.keys.programme_key, currency="main", now_ms=NOON, day=TODAY, epoch=1)


def test_members_come_with_their_points(bench, ground):
    done = import_members(
        bench.database, text(["1,,Анна,340,2027-01-31", "2,89161234567,,0,", ",89160000000,,7,"]), ground
    )
    assert (done.rows, done.fresh, done.points, done.skipped) == (3, 3, 347, 0)
    anna = ids.member_id(ground.key, "1")
    assert bench.account(anna) == (340, 0, 0)
    assert bench.sql("SELECT name, masked, joined FROM member WHERE member = ?", anna) == [("Анна", "*1", TODAY)]
    assert bench.sql("SELECT expires_on FROM lot WHERE member = ?", anna) == [("2027-01-31",)]
    assert bench.account(ids.member_id_of_phone(ground.key, "+79160000000")) == (7, 0, 0)
    assert len(bench.hub.changes("t1", "").members) == 3


def test_a_second_run_gives_nothing_twice(bench, ground, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 3)
    rows = [f"{n},,,{n}," for n in range(10)]
    import_members(bench.database, text(rows[:4]), ground)
    again = import_members(bench.database, text(rows), ground)
    assert (again.rows, again.fresh, again.points) == (10, 6, sum(range(4, 10)))
    third = import_members(bench.database, text(rows), ground)
    assert (third.fresh, third.points) == (0, 0)
    assert bench.sql("SELECT sum(posted) FROM account") == [(45,)]


def test_what_a_member_has_by_now_is_left_alone(bench, ground, pen):
    member = ids.member_id(ground.key, "1")
    pen.sale(member, earn=50, lot="a")
    pen.boot()
    grant = granted(bench, pen, member, 20).grant
    import_members(bench.database, text(["1,,Анна,100,"]), ground)
    assert bench.account(member) == (150, 20, 0)
    pen.sale(member, spends=[(grant, {"a": 20})])
    bench.push(pen)
    assert bench.account(member) == (130, 0, 0)
    assert granted(bench, pen, member, 130).grant.granted == 130


def test_bad_rows_are_left_out(bench, ground):
    done = import_members(bench.database, text(["1,,,5,", "2,,,x,", "1,,,6,"]), ground)
    assert (done.rows, done.skipped, done.points) == (1, 2, 5)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_large_file_goes_without_the_index_and_gets_it_back(bench, ground, monkeypatch):
    monkeypatch.setattr(importing, "MANY", 5)
    monkeypatch.setattr(importing, "BATCH", 4)
    told, wrote = [], []
    import_members(
        bench.database,
        text([f"{n},,,1," for n in range(10)]),
        ground,
        tell=told.append,
        wrote=lambda *step: wrote.append(step),
    )
    assert bench.sql("SELECT count(*) FROM sqlite_master WHERE name = 'card_hmac'") == [(1,)]
    assert (told, wrote) == ([4, 8, 10], [(4, 10), (8, 10), (10, 10)])


def test_faults_are_listed_to_a_limit_and_counted(monkeypatch):
    monkeypatch.setattr(importing, "FAULTS", 2)
    found = check(text(["1,,,x,", "2,,,x,", "3,,,x,", "4,,,1,"]))
    assert (found.rows, [fault.line for fault in found.faults], found.fault_count) == (1, [2, 3], 3)


def test_a_till_of_the_same_programme_finds_the_member(bench, ground):
    import_members(bench.database, text(["2990-0000,,,10,"]), ground)
    member = ids.member_id(ground.key, "29900000")
    pen = Pen("t2", clock=bench.clock)
    assert granted(bench, pen, member, 10).grant.granted == 10
    assert bench.hub.changes("t2", "").members[0].cards == (ids.card_hmac(ground.key, "29900000"),)
    assert bench.account(member, UNIT) == (10, 10, 0)
