"""A late record's consequences: posted as a correction, told to tills, never against what a lease holds."""

from hub_kit import DAY_MS, UNIT, Pen, granted

from sync.hub.merging import merge
from sync.hub.store import corrections, events
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


def test_merged_members_and_released_leases_are_left_as_they_are(bench, pen):
    late_return(bench, pen)
    pen.sale("m2", earn=1)
    bench.push(pen)
    with transaction(bench.database):
        merge(bench.database, "m1", "m2", reason="r", epoch=1, day="2026-09-23", now_ms=bench.clock())
    books = bench.sql("SELECT * FROM lot")
    assert bench.hub.upkeep.correct() == 1
    assert (bench.sql("SELECT * FROM lot"), events.due(bench.database, 9)) == (books, [])


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
