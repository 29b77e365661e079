"""Who is to be worked out anew: a member with a late record, where something takes points from wherever they are."""

from hub_kit import DAY_MS, Pen

from sync.hub.merging import merge
from sync.hub.store import events
from sync.hub.store.steps import transaction


def test_punctual_records_make_nobody_due(bench, pen):
    pen.sale("m1", name="s", earn=100, lot="x")
    pen.give_back("m1", "s", taken_back=50, own=["x"])
    bench.push(pen)
    assert [(row.seq, row.floats) for row in events.of(bench.database, "m1", 9)] == [(1, 0), (2, 1)]
    assert events.due(bench.database, 9) == []


def test_a_record_of_yesterday_makes_due_only_where_order_matters(bench, pen):
    pen.sale("m1", name="s", earn=100, lot="x")
    pen.sale("m2", name="t", earn=100, lot="y")
    pen.give_back("m1", "s", taken_back=50, own=["x"])
    bench.clock.now_ms += DAY_MS
    bench.push(pen)
    assert [(due.member, due.seq) for due in events.due(bench.database, 9)] == [("m1", 1)]


def test_a_record_behind_one_that_came_before_it_makes_due(bench, pen):
    other = Pen("t2", clock=bench.clock)
    other.sale("m1", name="early", earn=10, lot="e")
    bench.clock.now_ms += 60_000
    pen.sale("m1", name="s", earn=100, lot="x")
    pen.give_back("m1", "s", taken_back=50, own=["x"])
    bench.push(pen)
    bench.push(other)
    assert [(due.member, due.till) for due in events.due(bench.database, 9)] == [("m1", "t2")]


def test_a_duplicate_is_remembered_as_one(bench, pen):
    other = Pen("t2", clock=bench.clock)
    for hand in (pen, other):
        hand.sale("m1", name="s", earn=100, lot=f"x-{hand.till}")
        bench.push(hand)
    assert [(row.till, row.twice) for row in events.of(bench.database, "m1", 9)] == [("t1", 0), ("t2", 1)]


def test_what_is_parked_is_no_event(bench, pen):
    pen.give_back("m1", "s", restored={"nowhere": 5})
    bench.push(pen)
    assert events.of(bench.database, "m1", 9) == []


def test_merged_members_are_late_together_under_the_heirs_name(bench, pen):
    """What takes points is the one's, what comes behind it the other's."""
    other = Pen("t2", clock=bench.clock)
    pen.sale("m1", name="s", earn=100, lot="x")
    pen.sale("m2", name="t", earn=100, lot="y")
    bench.push(pen)
    with transaction(bench.database):
        merge(bench.database, "m1", "m2", reason="r", epoch=1, day="2026-09-21", now_ms=bench.clock())
    bench.clock.now_ms += 1_000
    other.sale("m1", name="early", earn=10, lot="e")
    bench.clock.now_ms += 60_000
    pen.give_back("m2", "t", taken_back=50, own=["y"])
    bench.push(pen)
    assert events.due(bench.database, 9) == []
    bench.push(other)
    assert [(due.member, due.till) for due in events.due(bench.database, 9)] == [("m2", "t2")]
