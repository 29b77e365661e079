"""The first record of a healed till ends what its former incarnation held; a fork's or a copy's ends nothing."""

import pytest
from hub_kit import Pen, granted

from sync.wire import BootBody


@pytest.fixture
def grant(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    return granted(bench, pen, "m1", 60).grant


def boot(bench, reason, inc=2):
    new = Pen("t1", inc=inc, clock=bench.clock)
    new.write(BootBody(reason=reason, store="s1", former=1, former_seq=9))
    bench.push(new)
    return new


def loss(bench):
    return -(bench.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'")[0][0] or 0)


def test_a_healed_tills_leases_go_back_less_what_it_spent(bench, pen, grant):
    other = granted(bench, Pen("t2", clock=bench.clock), "m1", 10).grant
    pen.sale("m1", spends=[(grant, {"a": 20})])
    bench.push(pen)
    new = boot(bench, "healed")
    assert bench.account("m1") == (80, 10, 0)
    assert bench.sql("SELECT lease, state FROM lease WHERE state <> 'closed'") == [(other.id, "open")]
    assert granted(bench, new, "m1", 100).grant.granted == 70


@pytest.mark.parametrize("reason", ["forked", "copied", "restored", "new"])
def test_where_a_second_machine_may_be_spending_nothing_ends(bench, pen, grant, reason):
    boot(bench, reason)
    assert bench.account("m1") == (100, 60, 0)


def test_what_turns_up_later_costs_at_most_what_was_open(bench, pen, grant):
    """A copy of the healed disk had spent too."""
    pen.sale("m1", spends=[(grant, {"a": 60})])
    new = boot(bench, "healed")
    second = granted(bench, new, "m1", 100).grant
    new.sale("m1", spends=[(second, {"a": 90})])
    bench.push(new)
    bench.push(pen)
    assert bench.account("m1") == (10, 10, 0)
    assert loss(bench) == 60


def test_what_a_parked_record_spends_stays_charged(bench, pen, grant):
    pen.store = "elsewhere"
    pen.sale("m1", spends=[(grant, {"a": 25})])
    assert [one.reason for one in bench.push(pen).exceptions] == ["other-store"]
    boot(bench, "healed")
    assert bench.account("m1") == (100, 25, 0)
    assert bench.sql("SELECT state FROM lease") == [("unsettled",)]


def test_a_third_incarnation_ends_both_before_it(bench, pen, grant):
    new = boot(bench, "forked")
    assert granted(bench, new, "m1", 100).grant.granted == 40
    boot(bench, "healed", inc=3)
    assert bench.account("m1") == (100, 0, 0)
    boot(bench, "healed", inc=4)
    assert bench.account("m1") == (100, 0, 0)
