"""Points spent past their last day are flagged, and the spend stands."""

import pytest
from hub_kit import DAY_MS, granted

from sync.hub.store import flags


@pytest.fixture
def grant(bench, pen):
    pen.sale("m1", earn=60, lot="a", expires="2026-09-22")
    pen.sale("m1", earn=60, lot="b")
    return granted(bench, pen, "m1", 100).grant


def spend(bench, pen, grant, **more):
    """Three days later."""
    pen.clock.now_ms += 3 * DAY_MS
    pen.sale("m1", spends=[(grant, {"a": 10, "b": 5})])
    if more:
        line = pen.lines.pop()
        pen.hashes.pop()
        pen.raw(line.replace(b'"body":', b'"clock":"untrusted","body":', 1))
    bench.push(pen)
    return [(flag.till, flag.seq, flag.code, flag.numbers) for flag, _ in flags.listed(bench.database, 10)]


def test_only_the_part_past_its_day_counts(bench, pen, grant):
    told = {"points": 10, "clock": "trusted"}
    assert spend(bench, pen, grant) == [("t1", 4, "spent_after_expiry", told)]
    assert bench.account("m1")[0] == 105


def test_an_untrusted_clock_is_judged_by_the_hubs(bench, pen, grant):
    told = {"points": 10, "clock": "untrusted"}
    assert spend(bench, pen, grant, untrusted=True) == [("t1", 4, "spent_after_expiry", told)]


def test_a_spend_on_the_last_day_is_none(bench, pen, grant):
    pen.clock.now_ms += DAY_MS
    pen.sale("m1", spends=[(grant, {"a": 10})])
    bench.push(pen)
    assert flags.listed(bench.database, 10) == []
