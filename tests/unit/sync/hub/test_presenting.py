"""Rights shown again to a hub that has forgotten them: in full while it recovers, of what is free later; nobody else's."""

import msgspec
import pytest
from hub_kit import NOON, UNIT, Pen

from agent.loyalty.leases import Backing, Grant, lease_id
from sync.hub.keys import rotate
from sync.hub.recovering import waive
from sync.hub.restoring import begin
from sync.hub.store.audits import Audit
from sync.hub.store.steps import transaction
from sync.signing import Signer, sign_grant
from sync.wire import GotBody

ACT = Audit(at=NOON, who="t", what="restored", subject="copy")


def grant_of(bench, *parts, till="t1", member="m1", seq=1, expires=None, epoch=1):
    """What this hub would have signed: (lot, points) each."""
    backing = tuple(Backing(lot=lot, points=points, born=NOON, expires_on=expires) for lot, points in parts)
    made = Grant(
        id=lease_id(till, 1, seq),
        till=till,
        member=member,
        unit=UNIT,
        granted=sum(points for _, points in parts),
        backing=backing,
        until=NOON,
        epoch=epoch,
    )
    return sign_grant(bench.keys.signer, made)


@pytest.fixture
def recovering(bench):
    with transaction(bench.database):
        begin(bench.database, epoch=2, tills=["t1", "t2"], act=ACT)
    return bench


def over(bench):
    with transaction(bench.database):
        for till in ("t1", "t2"):
            waive(bench.database, till, act=ACT, day="2026-09-21")
    bench.audit()


def unbacked(bench):
    return dict(bench.sql("SELECT lot, unbacked FROM lot WHERE unbacked > 0"))


def test_a_right_takes_what_is_free_and_the_rest_is_lent_until_the_sale_comes(recovering, pen):
    bench, other = recovering, Pen("t2", clock=recovering.clock)
    pen.sale("m1", earn=30, lot="a")
    grant = grant_of(bench, ("a", 30), ("b", 50), seq=2, expires="2026-12-31")
    pen.write(GotBody(grant=grant))
    assert bench.push(pen).exceptions == ()
    bench.audit()
    assert (bench.account("m1"), unbacked(bench)) == ((80, 80, 0), {"b": 50})
    pen.sale("m1", spends=[(grant, {"a": 30, "b": 20})])
    bench.push(pen)
    bench.audit()
    other.sale("m1", earn=60, lot="b", expires="2026-12-31")
    assert bench.push(other).exceptions == ()
    assert (bench.account("m1"), unbacked(bench)) == ((40, 30, 0), {})
    assert bench.lots("m1") == {"a": (30, 0, 0), "b": (60, 40, 30)}
    assert bench.sql("SELECT expires_on FROM lot WHERE lot = 'b'") == [("2026-12-31",)]


def test_the_same_right_twice_is_the_same(recovering, pen):
    grant = grant_of(recovering, ("b", 50))
    pen.write(GotBody(grant=grant))
    pen.write(GotBody(grant=grant))
    assert recovering.push(pen).exceptions == ()
    assert recovering.account("m1") == (50, 50, 0)
    assert recovering.sql("SELECT count(*) FROM lease") == [(1,)]


def test_a_close_gives_back_to_what_was_lent_first(recovering, pen):
    grant = grant_of(recovering, ("b", 50))
    pen.write(GotBody(grant=grant))
    pen.sale("m1", spends=[(grant, {"b": 10})])
    pen.close(grant, spent=10)
    recovering.push(pen)
    assert (recovering.account("m1"), unbacked(recovering)) == ((0, 0, 0), {"b": 10})
    pen.give_back("m1", "x", restored={"b": 10})
    recovering.push(pen)
    assert (recovering.account("m1"), unbacked(recovering)) == ((0, 0, 0), {})


def test_what_nobody_brought_is_debt_and_a_later_sale_pays_it(recovering, pen):
    bench = recovering
    grant = grant_of(bench, ("b", 50))
    pen.write(GotBody(grant=grant))
    pen.sale("m1", spends=[(grant, {"b": 50})])
    bench.push(pen)
    over(bench)
    assert (bench.account("m1"), unbacked(bench)) == ((0, 0, 50), {})
    late = Pen("t2", clock=bench.clock)
    late.sale("m1", earn=70, lot="b")
    assert bench.push(late).exceptions == ()
    assert bench.account("m1") == (20, 0, 0)
    late.sale("m1", earn=70, lot="b")
    assert [one.reason for one in bench.push(late).exceptions] == ["lot-exists"]


def test_after_recovery_a_right_stands_for_what_is_free_and_the_shop_bears_the_rest(bench, pen):
    pen.sale("m1", earn=30, lot="a")
    grant = grant_of(bench, ("a", 30), ("b", 50), seq=2)
    pen.write(GotBody(grant=grant))
    assert bench.push(pen).exceptions == ()
    assert bench.account("m1") == (30, 30, 0)
    pen.sale("m1", spends=[(grant, {"a": 30, "b": 50})])
    pen.close(grant, spent=80)
    bench.push(pen)
    assert bench.account("m1") == (0, 0, 0)
    assert bench.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'") == [(-50,)]
    assert bench.sql("SELECT state FROM lease") == [("closed",)]


def test_late_spends_during_recovery_are_the_shops(recovering, pen):
    """Nobody knows yet what is there: what looks free may be under another till's right."""
    pen.sale("m1", earn=30, lot="a")
    pen.sale("m1", spends=[("unknown", {"a": 10})])
    recovering.push(pen)
    assert recovering.account("m1") == (30, 0, 0)
    assert recovering.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'") == [(-10,)]


def test_nothing_expires_and_no_debt_is_paid_during_recovery(recovering, pen):
    bench = recovering
    pen.sale("m1", earn=30, lot="a", expires="2026-09-20")
    pen.give_back("m1", "x", taken_back=5)
    pen.sale("m1", earn=40, lot="c")
    bench.push(pen)
    assert bench.hub.upkeep.new_day() == 0
    assert bench.account("m1") == (70, 0, 5)
    over(bench)
    while bench.hub.upkeep.new_day():
        bench.audit()
    assert bench.account("m1") == (35, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"till": "t2"}, "foreign-grant"),
        ({"granted": 51}, "bad-grant"),
        ({"signature": "AA=="}, "bad-grant"),
        ({"member": "m2"}, "bad-grant"),
        ({"unit": "points:x"}, "bad-grant"),
        ({"until": -1}, "bad-time"),
    ],
)
def test_what_this_hub_never_granted_to_this_till_is_parked(recovering, pen, wrong, reason):
    pen.write(GotBody(grant=msgspec.structs.replace(grant_of(recovering, ("b", 50)), **wrong)))
    assert [one.reason for one in recovering.push(pen).exceptions] == [reason]
    assert recovering.sql("SELECT count(*) FROM lease") == [(0,)]


def test_another_keys_grant_is_parked(recovering, pen):
    forged = sign_grant(Signer(b"x" * 32), grant_of(recovering, ("b", 50)))
    pen.write(GotBody(grant=forged))
    assert [one.reason for one in recovering.push(pen).exceptions] == ["bad-grant"]


def test_other_content_under_a_known_lease_is_parked(recovering, pen):
    pen.write(GotBody(grant=grant_of(recovering, ("b", 50))))
    pen.write(GotBody(grant=grant_of(recovering, ("b", 60))))
    other = Pen("t2", clock=recovering.clock)
    other.write(GotBody(grant=grant_of(recovering, ("b", 50))))
    assert [one.reason for one in recovering.push(pen).exceptions] == ["foreign-grant"]
    assert [one.reason for one in recovering.push(other).exceptions] == ["foreign-grant"]
    assert recovering.account("m1") == (50, 50, 0)


def test_a_grant_by_a_former_key_of_the_hub_counts(recovering, pen):
    grant = grant_of(recovering, ("b", 50))
    with transaction(recovering.database):
        rotate(recovering.database, lambda count: b"n" * count, now_ms=NOON)
    pen.write(GotBody(grant=grant))
    assert recovering.push(pen).exceptions == ()
    assert recovering.account("m1") == (50, 50, 0)


def test_of_two_grants_of_one_wish_the_till_has_the_later_epochs(bench, pen):
    """Two backups of a hub: the answer of the first grant was lost, a hub restored from before it made another, and then it is back."""
    pen.sale("m1", earn=30, lot="a")
    pen.sale("m1", earn=50, lot="b")
    seq = pen.want("m1", 20)
    (answer,) = bench.push(pen).leases
    assert [(part.lot, part.points) for part in answer.grant.backing] == [("a", 20)]
    with transaction(bench.database):
        begin(bench.database, epoch=3, tills=["t1"], act=ACT)
    told = grant_of(bench, ("b", 40), seq=seq, epoch=2)
    pen.write(GotBody(grant=told))
    assert bench.push(pen).exceptions == ()
    bench.audit()
    assert bench.account("m1") == (80, 40, 0)
    assert bench.sql("SELECT granted, state FROM lease") == [(40, "open")]
    pen.sale("m1", spends=[(told, {"b": 15})])
    pen.close(told, spent=15)
    assert bench.push(pen).exceptions == ()
    bench.audit()
    assert {lot: row[1] for lot, row in bench.lots("m1").items()} == {"a": 30, "b": 35}
    pen.write(GotBody(grant=grant_of(bench, ("a", 20), seq=seq, epoch=1)))
    assert [one.reason for one in bench.push(pen).exceptions] == ["foreign-grant"]
