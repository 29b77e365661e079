"""A late record's consequences: posted as a correction, told to tills, never against what a lease holds."""

from hub_kit import DAY_MS, UNIT, Pen, granted

from sync.hub import correcting, families, parking
from sync.hub.grounds import ground_of
from sync.hub.merging import merge
from sync.hub.releasing import Release, release
from sync.hub.store import corrections, events, flags, journal, tills
from sync.hub.store.steps import transaction
from sync.wire import GotBody


def late_return(bench, pen):
    """m1 returns on the last day of a lot, and the till tells of it only after the lot was booked as expired."""
    other = Pen("t2", clock=bench.clock)
    pen.sale("m1", name="s", earn=100, lot="own", pending="2026-12-01")
    pen.sale("m1", name="rest", earn=80, lot="soon", expires="2026-09-21")
    bench.push(pen)
    other.sale("m1", name="o", earn=60, lot="theirs", expires="2026-09-21")
    bench.clock.now_ms += 60_000
    other.give_back("m1", "gone", taken_back=120, own=[])
    bench.clock.now_ms += 2 * DAY_MS
    bench.hub.upkeep.new_day()
    bench.push(other)


def test_what_had_expired_only_in_the_books_pays_a_claw_back_of_its_day(bench, pen):
    late_return(bench, pen)
    before = bench.account("m1")
    assert before == (100, 0, 120)
    assert bench.hub.upkeep.correct() == 1
    bench.audit()
    assert bench.account("m1") == (100, 0, 0)
    (made,) = corrections.of(bench.database, "m1")
    assert (made.till, made.seq) == ("t2", 1)
    assert made.changes[UNIT]["debt"] == [120, 0]
    assert bench.hub.upkeep.correct() == 0


def test_the_correction_is_posted_not_rewritten_and_told(bench, pen):
    late_return(bench, pen)
    bench.hub.publish()
    entries, revs = bench.sql("SELECT * FROM entry"), bench.sql("SELECT max(rev) FROM feed")[0][0]
    bench.hub.upkeep.correct()
    bench.hub.publish()
    after = bench.sql("SELECT * FROM entry")
    assert [row for row in entries if row not in after] == []
    assert {row[1] for row in after if row not in entries} == {"hub"}
    assert bench.sql("SELECT member FROM feed WHERE rev > ?", revs) == [("m1",)]


def test_what_a_lease_holds_stays(bench, pen):
    other = Pen("t2", clock=bench.clock)
    other.boot()
    other.sale("m1", name="gone", earn=1, lot="tiny")
    bench.push(other)
    bench.clock.now_ms += 1_000
    other.give_back("m1", "gone", taken_back=90, own=["tiny"])
    bench.clock.now_ms += 60_000
    pen.sale("m1", name="s", earn=100, lot="x")
    grant = granted(bench, pen, "m1", 100).grant
    pen.write(GotBody(grant=grant))
    bench.push(pen)
    bench.push(other)
    assert bench.account("m1") == (100, 100, 89)
    bench.hub.upkeep.correct()
    bench.audit()
    assert bench.account("m1") == (100, 100, 89)


def left_as_they_are(bench, cause, member="m1"):
    """A person is told, with the record it is because of."""
    books = bench.sql("SELECT * FROM lot"), bench.sql("SELECT * FROM entry")
    assert bench.hub.upkeep.correct() == 1
    assert (bench.sql("SELECT * FROM lot"), bench.sql("SELECT * FROM entry")) == books
    assert events.due(bench.database, 9) == []
    [(flag, _)] = flags.listed(bench.database, 9)
    assert (flag.till, flag.code, flag.numbers) == ("t2", "not-corrected", {"member": member, "cause": cause})


def join(bench, member, target):
    moment = bench.hub.upkeep.moment()
    with transaction(bench.database):
        merge(bench.database, member, target, reason="r", epoch=1, day=moment.day, now_ms=moment.now_ms)


def test_who_is_merged_is_corrected_first(bench, pen):
    late_return(bench, pen)
    pen.sale("m2", earn=1, lot="two")
    bench.push(pen)
    assert bench.account("m1") == (100, 0, 120)
    join(bench, "m1", "m2")
    assert (bench.account("m1"), bench.account("m2")) == ((0, 0, 0), (101, 0, 0))
    assert bench.hub.upkeep.correct() == 0


def returned_late(bench):
    """Another till takes 60 points back and tells of it three days later, when some have expired."""
    other = Pen("t2", clock=bench.clock)
    bench.clock.now_ms += 60_000
    other.give_back("m1", "gone", taken_back=60, own=[])
    bench.clock.now_ms += 3 * DAY_MS
    bench.hub.upkeep.new_day()
    bench.push(other)


def test_what_comes_late_after_a_merge_is_put_in_its_place_over_both(bench, pen):
    """The return names the one, what it found expired lay with the other."""
    pen.sale("m2", earn=80, lot="soon", expires="2026-09-22")
    pen.sale("m1", earn=5, lot="own", pending="2026-12-01")
    bench.push(pen)
    join(bench, "m1", "m2")
    returned_late(bench)
    assert bench.account("m2") == (5, 0, 60)
    assert bench.hub.upkeep.correct() == 1
    bench.audit()
    assert (bench.account("m1"), bench.account("m2")) == ((0, 0, 0), (5, 0, 0))
    (made,) = corrections.of(bench.database, "m2")
    assert (made.till, made.seq, made.changes[UNIT]["debt"]) == ("t2", 1, [60, 0])
    assert flags.listed(bench.database, 9) == []


def test_what_comes_late_from_before_a_merge_stands_right_behind_it(bench, pen):
    """The merge itself found the points expired, and is not undone."""
    other = Pen("t2", clock=bench.clock)
    pen.sale("m2", earn=80, lot="soon", expires="2026-09-21")
    pen.sale("m1", earn=70, lot="own", expires="2026-09-25")
    bench.push(pen)
    bench.clock.now_ms += 60_000
    other.give_back("m1", "gone", taken_back=60, own=[])
    bench.clock.now_ms += 2 * DAY_MS
    bench.hub.upkeep.new_day()
    join(bench, "m1", "m2")
    bench.clock.now_ms += 3 * DAY_MS
    bench.hub.upkeep.new_day()
    bench.push(other)
    assert bench.account("m2") == (0, 0, 60)
    assert bench.hub.upkeep.correct() == 1
    bench.audit()
    assert bench.account("m2") == (0, 0, 0)
    assert bench.lots("m2")["own"][:2] == (70, 0)


def test_what_waited_at_a_merge_and_was_applied_after_it_is_worked_out_too(bench, pen):
    """It lies before the checkpoint's marks, and is not in its books."""
    pen.sale("m2", earn=80, lot="soon", expires="2026-09-22")
    pen.sale("m1", earn=5, lot="own", pending="2026-12-01")
    pen.store = "s9"
    pen.sale("m1", earn=7, lot="waited", pending="2026-12-01")
    pen.store = "s1"
    pen.sale("m1", earn=1, lot="last", pending="2026-12-01")
    assert [one.reason for one in bench.push(pen).exceptions] == ["other-store"]
    join(bench, "m1", "m2")
    (parked,) = journal.parked_of(bench.database, "t1")
    moved = ground_of(bench.database, tills.Till(till="t1", store="s9"), now_ms=bench.clock())
    with transaction(bench.database):
        assert parking.again(bench.database, parked, moved, epoch=1) == "applied"
    returned_late(bench)
    assert bench.account("m2") == (13, 0, 60)
    assert bench.hub.upkeep.correct() == 1
    bench.audit()
    assert flags.listed(bench.database, 9) == []
    assert bench.account("m2") == (13, 0, 0)


def test_without_a_checkpoint_merged_members_are_left_as_they_are(bench, pen):
    """A merge that a restore made again: what was lent meanwhile is no record's doing."""
    late_return(bench, pen)
    pen.sale("m2", earn=1)
    bench.push(pen)
    join(bench, "m1", "m2")
    bench.database.execute_sql("DELETE FROM checkpoint")
    with transaction(bench.database):
        events.ask(bench.database, [events.Due("m2", "t2", 1, 1)])
    left_as_they_are(bench, "merged", "m2")


def test_a_member_with_a_released_lease_is_left_as_they_are(bench, pen):
    """The shop bears what a till spent of a lease that a person had ended; no order of records makes it the member's."""
    pen.sale("m1", earn=50, lot="x")
    grant = granted(bench, pen, "m1", 30).grant
    other = Pen("t2", clock=bench.clock)
    other.give_back("m1", "gone", taken_back=5, own=[])
    bench.clock.now_ms += 60_000
    with transaction(bench.database):
        told = Release(who="olga", reason="fire", epoch=1, day="2026-09-21", now_ms=bench.clock())
        release(bench.database, [("m1", grant.id)], told=told)
    pen.sale("m1", earn=1, lot="y")
    bench.push(pen)
    bench.push(other)
    left_as_they_are(bench, "leases")


def share(bench, member, pot):
    with transaction(bench.database):
        families.join(bench.database, member, pot, now_ms=bench.clock())
    while bench.hub.upkeep.gather():
        bench.audit()


def test_what_went_to_a_familys_pot_does_not_come_back_by_a_correction(bench, pen):
    late_return(bench, pen)
    pen.sale("pot", earn=1)
    bench.push(pen)
    pen.sale("m1", earn=200, lot="new")
    bench.push(pen)
    share(bench, "m1", "pot")
    assert bench.account("m1") == (0, 0, 0)
    left_as_they_are(bench, "lots")


def test_what_came_into_a_pot_was_not_given_by_the_shop(bench, pen):
    late_return(bench, pen)
    pen.sale("kid", earn=10)
    bench.push(pen)
    share(bench, "kid", "m1")
    left_as_they_are(bench, "accounts")
    assert bench.sql("SELECT sum(amount) FROM entry WHERE account = 'moved'") == [(0,)]


def test_a_member_whose_correction_would_not_be_sound_stops_nobody_else(bench, pen, monkeypatch):
    late_return(bench, pen)
    pen.sale("m0", earn=10, lot="a")
    bench.push(pen)
    with transaction(bench.database):
        events.ask(bench.database, [events.Due("m0", "t2", 1, 1)])
    plain = correcting._member

    def unsound(database, due, now):
        if due.member == "m0":
            database.execute_sql("UPDATE account SET debt = -1 WHERE member = 'm0'")
        plain(database, due, now)

    monkeypatch.setattr(correcting, "_member", unsound)
    assert bench.hub.upkeep.correct() == 1
    [(flag, _)] = flags.listed(bench.database, 9)
    assert flag.numbers == {"member": "m0", "cause": "unsound"}
    assert bench.hub.upkeep.correct() == 1
    assert bench.account("m1") == (100, 0, 0)
    assert bench.hub.upkeep.correct() == 0


def test_who_becomes_due_while_another_fails_is_not_passed_by(bench, pen, monkeypatch):
    """Pushes of other processes come between the step that fails and the one that passes by."""
    late_return(bench, pen)
    plain = correcting.pass_by

    def later(*how):
        events.ask(bench.database, [events.Due("m0", "t2", 1, 1)])
        return plain(*how)

    def unsound(*_):
        bench.database.execute_sql("UPDATE account SET debt = -1 WHERE member = 'm1'")

    monkeypatch.setattr(correcting, "pass_by", later)
    monkeypatch.setattr(correcting, "_member", unsound)
    assert bench.hub.upkeep.correct() == 1
    assert [due.member for due in events.due(bench.database, 9)] == ["m0"]


def test_a_late_spend_whose_lot_a_correction_left_to_a_lease_can_be_returned_all_the_same(bench, pen):
    other = Pen("t2", clock=bench.clock)
    pen.sale("m1", name="s", earn=50, lot="x", expires="2026-12-01")
    pen.sale("m1", name="s2", earn=50, lot="y", expires="2026-12-02")
    bench.push(pen)
    bench.clock.now_ms += 1_000
    other.sale("m1", name="beyond", spends=[("0" * 64, {"x": 40})])
    bench.clock.now_ms += 60_000
    grant = granted(bench, pen, "m1", 50).grant
    pen.write(GotBody(grant=grant))
    bench.push(pen)
    bench.push(other)
    assert bench.lots("m1") == {"x": (50, 50, 50), "y": (50, 10, 0)}
    bench.hub.upkeep.correct()
    bench.audit()
    other.give_back("m1", "beyond", restored={"x": 40})
    assert bench.push(other).exceptions == ()
    assert bench.account("m1") == (100, 50, 0)
    assert bench.hub.upkeep.correct() == 0


def test_only_whose_spend_took_what_is_put_right_without_a_word(bench, pen):
    """Two late spends that arrive the wrong way round: the sums are the same, and a return finds the lots of the canonical order."""
    other = Pen("t2", clock=bench.clock)
    pen.sale("m1", earn=10, lot="x", expires="2026-12-01")
    pen.sale("m1", earn=10, lot="y", expires="2026-12-02")
    bench.push(pen)
    bench.clock.now_ms += 1_000
    other.sale("m1", name="first", spends=[("0" * 64, {"x": 10})])
    bench.clock.now_ms += 1_000
    pen.sale("m1", name="second", spends=[("0" * 64, {"x": 10})])
    bench.push(pen)
    bench.push(other)
    assert bench.hub.upkeep.correct() == 1
    assert corrections.of(bench.database, "m1") == []
    other.give_back("m1", "first", restored={"x": 10})
    bench.push(other)
    assert {lot: row[1] for lot, row in bench.lots("m1").items()} == {"x": 10, "y": 0}
