"""Lots, debt and expiry as points move."""

from hub_kit import DAY_MS, granted


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
    assert bench.hub.upkeep.new_day() == 0
    bench.clock.now_ms += 2 * DAY_MS
    assert bench.hub.upkeep.new_day() == 1
    assert bench.account("m1") == (15, 0, 0)
    assert bench.hub.upkeep.new_day() == 0


def test_expiry_spares_what_is_leased_and_counts_as_taken_back(bench, pen):
    pen.sale("m1", name="one", earn=100, lot="a", expires="2026-09-21")
    grant = granted(bench, pen, "m1", 30).grant
    bench.clock.now_ms += DAY_MS
    assert bench.hub.upkeep.new_day() == 1
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
