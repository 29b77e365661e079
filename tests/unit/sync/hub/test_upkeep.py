"""Upkeep in small steps: each returns how much it did, 0 at last; each is tested by what it does elsewhere."""

from hub_kit import DAY_MS


def test_every_kind_of_work_ends(bench, pen):
    pen.sale("m1", name="s", earn=100, lot="x", expires="2026-09-21")
    pen.give_back("m1", "s", taken_back=10, own=["x"])
    bench.clock.now_ms += 2 * DAY_MS
    bench.push(pen)
    for work in (bench.hub.upkeep.new_day, bench.hub.upkeep.correct, bench.hub.upkeep.gather, bench.hub.upkeep.review):
        for _ in range(10):
            if not work():
                break
            bench.audit()
        assert work() == 0
    assert bench.account("m1") == (0, 0, 0)


def test_the_moment_is_the_hubs(bench):
    now = bench.hub.upkeep.moment()
    assert (now.now_ms, now.day, now.epoch) == (bench.clock(), "2026-09-21", bench.hub.epoch)
    bench.clock.now_ms += DAY_MS
    assert bench.hub.upkeep.moment().day == "2026-09-22"
