"""A family's pot: gathered in two steps, nothing lost when the hub dies in between."""

import pytest
from hub_kit import granted

from agent.errors import Conflict, NotFound
from agent.loyalty.ledger import MOVED
from sync.hub import families
from sync.hub.store.steps import transaction


@pytest.fixture
def family(bench, pen):
    pen.sale("kid", name="s", earn=100, lot="x", expires="2026-12-31")
    pen.sale("mum", earn=5, lot="y")
    pen.sale("pot", earn=1, lot="z")
    bench.push(pen)
    for member in ("kid", "mum"):
        join(bench, member)


def join(bench, member, pot="pot"):
    with transaction(bench.database):
        families.join(bench.database, member, pot, now_ms=bench.clock())


def between(bench):
    return bench.sql("SELECT coalesce(sum(amount), 0) FROM entry WHERE account = ?", MOVED)[0][0]


def test_what_members_earn_is_gathered_with_its_days(bench, pen, family):
    while bench.hub.upkeep.gather():
        bench.audit()
    assert [bench.account(name)[0] for name in ("kid", "mum", "pot")] == [0, 0, 106]
    assert bench.sql("SELECT expires_on FROM lot WHERE member = 'pot' AND lot = 'x'") == [("2026-12-31",)]
    pen.sale("kid", earn=7, lot="later", pending="2026-10-01")
    bench.push(pen)
    while bench.hub.upkeep.gather():
        bench.audit()
    assert bench.account("pot")[0] == 113
    assert granted(bench, pen, "pot", 500).grant.granted == 106
    assert between(bench) == 0


def test_a_hub_that_dies_between_the_steps_ends_what_was_begun(bench, family):
    with transaction(bench.database):
        assert families.give(bench.database, bench.hub.upkeep.moment()) == 2
    bench.audit()
    assert (between(bench), bench.account("pot")[0]) == (105, 1)
    while bench.hub.upkeep.gather():
        bench.audit()
    assert (between(bench), bench.account("pot")[0]) == (0, 106)
    assert bench.sql("SELECT * FROM pot_move") == []


def test_what_a_lease_holds_stays_until_it_comes_back(bench, pen, family):
    grant = granted(bench, pen, "kid", 60).grant
    while bench.hub.upkeep.gather():
        bench.audit()
    assert bench.account("kid") == (60, 60, 0)
    pen.sale("kid", spends=[(grant, {"x": 20})])
    pen.close(grant, spent=20)
    bench.push(pen)
    while bench.hub.upkeep.gather():
        bench.audit()
    assert (bench.account("kid"), bench.account("pot")) == ((0, 0, 0), (86, 0, 0))


def test_a_return_after_the_points_left_is_the_members_debt_and_paid_first(bench, pen, family):
    while bench.hub.upkeep.gather():
        pass
    pen.give_back("kid", "s", taken_back=100, own=["x"])
    pen.sale("kid", earn=130, lot="next")
    bench.push(pen)
    while bench.hub.upkeep.gather():
        bench.audit()
    assert (bench.account("kid"), bench.account("pot")) == ((0, 0, 0), (136, 0, 0))


def test_who_leaves_saves_alone(bench, pen, family):
    while bench.hub.upkeep.gather():
        pass
    with transaction(bench.database):
        assert families.leave(bench.database, "kid") == "pot"
    pen.sale("kid", earn=9, lot="own")
    bench.push(pen)
    assert bench.hub.upkeep.gather() == 0
    assert bench.account("kid") == (9, 0, 0)


@pytest.mark.parametrize(("member", "pot"), [("kid", "pot"), ("pot", "mum"), ("pot", "pot"), ("stranger", "pot")])
def test_who_cannot_share(bench, family, member, pot):
    with pytest.raises((Conflict, NotFound)):
        join(bench, member, pot)
