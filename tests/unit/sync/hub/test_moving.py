"""Two halves of a move: each on its own member, the second only after the first, nothing minted and nothing doubled."""

import msgspec
import pytest
from hub_kit import UNIT, Pen, granted

from agent.loyalty.leases import Spend
from agent.loyalty.ledger import MOVED
from agent.loyalty.lots import Lot, Part
from sync.wire import MoveInBody, MoveOutBody


def out(pen, grant, parts, *, name="mv", to="b", points=None, **more):
    spends = (Spend(grant.id, UNIT, tuple(Part(lot, n) for lot, n in parts.items())),)
    body = MoveOutBody(
        store=pen.store,
        id=name,
        member="a",
        unit=UNIT,
        points=points or sum(parts.values()),
        to=to,
        spends=spends,
        **more,
    )
    return pen.write(body)


def come(pen, points, *, name="mv", of="a", member="b", lot="new", **more):
    lots = (Lot(id=lot, unit=UNIT, points=points, left=points, born=1, expires_on="2026-12-31"),)
    return pen.write(
        MoveInBody(store=pen.store, id=name, member=member, unit=UNIT, points=points, of=of, lots=lots, **more)
    )


@pytest.fixture
def grant(bench, pen):
    pen.sale("a", earn=100, lot="x", expires="2026-12-31")
    return granted(bench, pen, "a", 80).grant


def between(bench):
    return bench.sql("SELECT coalesce(sum(amount), 0) FROM entry WHERE account = ?", MOVED)[0][0]


def test_both_halves(bench, pen, grant):
    out(pen, grant, {"x": 50})
    come(pen, 50)
    assert bench.push(pen).exceptions == ()
    assert (bench.account("a"), bench.account("b")) == ((50, 30, 0), (50, 0, 0))
    assert between(bench) == 0


def test_the_halves_may_come_in_two_pushes(bench, pen, grant):
    out(pen, grant, {"x": 50})
    bench.push(pen)
    assert between(bench) == 50
    come(pen, 50)
    assert bench.push(pen).exceptions == ()
    assert between(bench) == 0


@pytest.mark.parametrize("wrong", [{"points": 51}, {"of": "c"}, {"member": "d"}, {"name": "other"}])
def test_a_second_half_that_is_not_the_firsts_is_parked(bench, pen, grant, wrong):
    out(pen, grant, {"x": 50})
    come(pen, **({"points": 50} | wrong))
    assert [verdict.reason for verdict in bench.push(pen).exceptions] == ["no-move-out"]
    assert bench.account("b") == bench.account("d") == (0, 0, 0)


def test_replayed_at_another_key_posts_once_and_hands_the_lease_back(bench, pen, grant):
    out(pen, grant, {"x": 50})
    come(pen, 50)
    out(pen, grant, {"x": 20}, points=20)
    out(pen, grant, {"x": 30, "y": 20}, points=50)
    come(pen, 50, lot="again")
    answer = bench.push(pen)
    assert [(verdict.verdict, verdict.reason) for verdict in answer.exceptions] == [
        ("quarantined", "other-content"),
        ("duplicate", ""),
        ("duplicate", ""),
    ]
    assert (bench.account("a"), bench.account("b")) == ((50, 0, 0), (50, 0, 0))


def test_beyond_every_right_the_giver_pays_what_is_there(bench, pen, grant):
    out(pen, grant, {"x": 150})
    come(pen, 150)
    assert bench.push(pen).exceptions == ()
    assert (bench.account("a"), bench.account("b")) == ((0, 0, 0), (150, 0, 0))
    assert bench.sql("SELECT amount FROM entry WHERE account = 'loss:store'") == [(-50,)]
    assert between(bench) == 0


def test_a_donation_has_one_half(bench, pen, grant):
    out(pen, grant, {"x": 10}, to=None, cause="shelter")
    assert bench.push(pen).exceptions == ()
    assert bench.sql("SELECT amount FROM entry WHERE account = 'donated'") == [(10,)]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"to": None}, "bad-move"),
        ({"cause": "both"}, "bad-move"),
        ({"to": "a b"}, "bad-id"),
        ({"points": 49}, "bad-points"),
    ],
)
def test_first_halves_no_till_of_ours_writes(bench, pen, grant, more, reason):
    out(pen, grant, {"x": 50}, **more)
    come(pen, 50)
    assert [verdict.reason for verdict in bench.push(pen).exceptions] == [reason, "no-move-out"]
    assert (bench.account("a"), bench.account("b")) == ((100, 80, 0), (0, 0, 0))


def test_second_halves_no_till_of_ours_writes(bench, pen, grant):
    out(pen, grant, {"x": 50})
    seq = come(pen, 50)
    record = msgspec.json.decode(pen.lines.pop())
    pen.hashes.pop()
    record["body"]["lots"][0]["points"] = record["body"]["lots"][0]["left"] = 500
    pen.raw(msgspec.json.encode(record))
    assert [(verdict.seq, verdict.reason) for verdict in bench.push(pen).exceptions] == [(seq, "bad-points")]


def test_a_move_from_another_store_is_none_of_this_till(bench, pen, grant):
    pen.store = "s2"
    out(pen, grant, {"x": 50})
    assert [verdict.reason for verdict in bench.push(pen).exceptions] == ["other-store"]


def test_what_comes_pays_a_debt_first(bench, pen, grant):
    pen.sale("b", name="s", earn=40, lot="bb")
    lent = granted(bench, pen, "b", 40).grant
    pen.sale("b", spends=[(lent, {"bb": 40})])
    pen.give_back("b", "s", taken_back=40, own=["bb"])
    out(pen, grant, {"x": 50})
    come(pen, 50)
    bench.push(pen)
    assert bench.account("b") == (10, 0, 0)


def test_two_tills_may_use_one_store_wide_id_once(bench, pen, grant):
    other = Pen("t2", clock=bench.clock)
    out(pen, grant, {"x": 50})
    come(pen, 50)
    bench.push(pen)
    come(other, 50, lot="theirs")
    assert [verdict.verdict for verdict in bench.push(other).exceptions] == ["duplicate"]
    assert bench.account("b") == (50, 0, 0)
