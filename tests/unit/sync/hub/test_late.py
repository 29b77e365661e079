"""Returns of late spends: what the sale did at the hub is undone from its end, whatever lots its record names."""

import pytest
from hub_kit import DAY_MS, TODAY, UNIT, Pen, granted

from agent.loyalty.lots import Part
from sync.hub.merging import merge
from sync.hub.releasing import Release, release
from sync.hub.store import held
from sync.hub.store.steps import transaction
from sync.wire import VoidBody


def let_go(bench, till="t1"):
    told = Release(who="anna", reason="fire", epoch=1, day=TODAY, now_ms=bench.clock())
    with transaction(bench.database):
        rows = held.rows(bench.database, till=till)
        release(bench.database, [(row.member, row.lease) for row in rows], told=told)


def join(bench, member, heir):
    with transaction(bench.database):
        merge(bench.database, member, heir, reason="one", epoch=1, day=TODAY, now_ms=bench.clock())


def total(bench, account):
    return bench.sql("SELECT coalesce(sum(amount), 0) FROM entry WHERE account = ?", account)[0][0]


def left(bench, member="m1"):
    return {lot: row[1] for lot, row in bench.lots(member).items()}


def taken(bench, pen, points):
    """A till borrows points of the lot and spends them."""
    right = granted(bench, pen, "m1", points).grant
    pen.sale("m1", spends=[(right, {"a": points})])
    bench.push(pen)


@pytest.fixture
def grant(bench, pen):
    pen.sale("m1", earn=100, lot="a", expires="2026-12-01")
    return granted(bench, pen, "m1", 60).grant


@pytest.fixture
def other(bench):
    return Pen("t2", clock=bench.clock)


@pytest.fixture
def late(bench, pen, other, grant):
    """Of the 60 points that t1 spent of a after its release 20 were left in a and 25 in b; the shop bore 15."""
    let_go(bench)
    pen.sale("m1", name="late", spends=[(grant, {"a": 60})])
    second = granted(bench, other, "m1", 80).grant
    other.sale("m1", spends=[(second, {"a": 80})])
    other.sale("m1", earn=25, lot="b")
    bench.push(other)
    bench.push(pen)
    assert (bench.account("m1"), left(bench), total(bench, "loss:store")) == ((0, 0, 0), {"a": 0, "b": 0}, -15)
    return pen


def returned(bench, pen, points, **more):
    pen.give_back("m1", "late", restored={"a": points}, **more)
    return bench.push(pen)


def test_the_shops_loss_is_made_good_first_then_the_lots_that_paid_come_back_the_last_one_first(bench, late):
    assert returned(bench, late, 10).exceptions == ()
    assert (left(bench), total(bench, "loss:store"), total(bench, "redeemed")) == ({"a": 0, "b": 0}, -5, 130)
    assert returned(bench, late, 10).exceptions == ()
    assert (left(bench), total(bench, "loss:store")) == ({"a": 0, "b": 5}, 0)
    bench.audit()
    assert returned(bench, late, 25).exceptions == ()
    assert left(bench) == {"a": 5, "b": 25}
    assert returned(bench, late, 15).exceptions == ()
    assert (left(bench), bench.account("m1"), total(bench, "redeemed")) == ({"a": 20, "b": 25}, (45, 0, 0), 80)


@pytest.mark.parametrize("pieces", [(60,), (1, 59), (59, 1), (20, 20, 20), (7, 14, 21, 18)])
def test_any_pieces_end_in_the_same_books(bench, late, pieces):
    for points in pieces:
        assert returned(bench, late, points).exceptions == ()
        bench.audit()
    assert (left(bench), total(bench, "loss:store")) == ({"a": 20, "b": 25}, 0)


def test_a_void_undoes_it_whole(bench, late):
    from agent.loyalty.lots import Part

    late.write(VoidBody(store="s1", id="v", of="late", member="m1", restored={UNIT: (Part("a", 60),)}))
    assert bench.push(late).exceptions == ()
    assert (left(bench), total(bench, "loss:store")) == ({"a": 20, "b": 25}, 0)


def test_it_never_gives_more_than_the_sale_took(bench, late):
    assert [one.reason for one in returned(bench, late, 61).exceptions] == ["restores-too-much"]
    assert returned(bench, late, 60).exceptions == ()
    assert [one.reason for one in returned(bench, late, 1).exceptions] == ["restores-too-much"]
    assert (left(bench), bench.account("m1")) == ({"a": 20, "b": 25}, (45, 0, 0))


def test_a_repeated_return_gives_once(bench, late):
    returned(bench, late, 20, name="r")
    assert [one.verdict for one in returned(bench, late, 20, name="r").exceptions] == ["duplicate"]
    assert left(bench) == {"a": 0, "b": 5}


def test_another_till_may_return_it(bench, late, other):
    assert returned(bench, other, 30).exceptions == ()
    assert returned(bench, late, 30).exceptions == ()
    assert (left(bench), total(bench, "loss:store")) == ({"a": 20, "b": 25}, 0)


def test_a_return_in_the_same_batch(bench, pen, other, grant):
    let_go(bench)
    taken(bench, other, 80)
    pen.sale("m1", name="late", spends=[(grant, {"a": 60})])
    pen.give_back("m1", "late", restored={"a": 45})
    pen.give_back("m1", "late", restored={"a": 15})
    assert bench.push(pen).exceptions == ()
    assert (left(bench), total(bench, "loss:store"), total(bench, "redeemed")) == ({"a": 20}, 0, 80)


def test_what_others_spent_of_the_lot_is_no_room_for_the_shops_loss(bench, pen, other, grant):
    """The record names a lot with room enough, which another till's sale made: the shop is made good all the same."""
    let_go(bench)
    taken(bench, other, 100)
    pen.sale("m1", name="late", spends=[(grant, {"a": 60})])
    bench.push(pen)
    assert total(bench, "loss:store") == -60
    returned(bench, pen, 60)
    assert (bench.account("m1"), total(bench, "loss:store")) == ((0, 0, 0), 0)


def test_what_lay_within_a_right_comes_back_last(bench, pen, other, grant):
    second = granted(bench, pen, "m1", 30).grant
    with transaction(bench.database):
        told = Release(who="anna", reason="r", epoch=1, day=TODAY, now_ms=bench.clock())
        release(bench.database, [("m1", grant.id)], told=told)
    taken(bench, other, 50)
    pen.sale("m1", name="late", spends=[(grant, {"a": 40}), (second, {"a": 30})])
    bench.push(pen)
    assert (left(bench), total(bench, "loss:store")) == ({"a": 0}, -20)
    returned(bench, pen, 30)
    assert (left(bench), total(bench, "loss:store")) == ({"a": 10}, 0)
    returned(bench, pen, 40)
    assert left(bench) == {"a": 50}


def test_a_lot_that_expired_meanwhile_comes_back_expired(bench, pen, other, grant):
    let_go(bench)
    other.sale("m1", earn=30, lot="soon", expires="2026-09-22")
    bench.push(other)
    pen.sale("m1", name="late", spends=[(grant, {"a": 60})])
    bench.push(pen)
    assert left(bench) == {"a": 70, "soon": 0}
    bench.clock.now_ms += 3 * DAY_MS
    bench.hub.upkeep.new_day()
    returned(bench, pen, 60)
    assert (left(bench), total(bench, "expired")) == ({"a": 100, "soon": 0}, 30)


def test_debt_is_paid_first(bench, late, other):
    other.give_back("m1", "gone", taken_back=30)
    bench.push(other)
    assert bench.account("m1") == (0, 0, 30)
    returned(bench, late, 35)
    assert bench.account("m1") == (0, 0, 10)
    returned(bench, late, 25)
    assert (left(bench), bench.account("m1")) == ({"a": 10, "b": 5}, (15, 0, 0))


def test_merged_before_the_late_spend_the_heir_paid_and_gets_it_back(bench, pen, other, grant):
    let_go(bench)
    other.sale("m2", earn=10, lot="theirs")
    bench.push(other)
    join(bench, "m1", "m2")
    pen.sale("m1", name="late", spends=[(grant, {"a": 60})])
    bench.push(pen)
    assert (bench.account("m1"), bench.account("m2")) == ((0, 0, 0), (50, 0, 0))
    other.sale("m3", earn=1, lot="c")
    bench.push(other)
    join(bench, "m2", "m3")
    assert bench.account("m3") == (51, 0, 0)
    assert returned(bench, pen, 60).exceptions == ()
    assert [bench.account(member) for member in ("m1", "m2", "m3")] == [(0, 0, 0), (0, 0, 0), (111, 0, 0)]


def test_merged_after_the_late_spend_the_heir_gets_what_comes_back(bench, late, other):
    other.sale("m2", earn=10, lot="theirs")
    bench.push(other)
    join(bench, "m1", "m2")
    assert returned(bench, late, 60).exceptions == ()
    assert (bench.account("m1"), bench.account("m2"), total(bench, "loss:store")) == ((0, 0, 0), (55, 0, 0), 0)


def test_what_was_borne_while_recovering_is_made_good(bench, pen, other, grant):
    from sync.hub.restoring import begin
    from sync.hub.store.audits import Audit

    let_go(bench)
    act = Audit(at=bench.clock(), who="anna", what="restored", subject="hub", reason="disk")
    with transaction(bench.database):
        begin(bench.database, epoch=2, tills=("t1", "t2"), act=act)
    pen.sale("m1", name="late", spends=[(grant, {"a": 60})])
    bench.push(pen)
    assert (bench.account("m1"), total(bench, "loss:store")) == ((100, 0, 0), -60)
    returned(bench, pen, 60)
    assert (bench.account("m1"), total(bench, "loss:store")) == ((100, 0, 0), 0)


def test_a_refused_return_leaves_the_books_as_they_were(bench, late):
    before = bench.everything()
    late.give_back("m1", "late", restored={"a": 61}, taken_back=5)
    assert [one.reason for one in bench.push(late).exceptions] == ["restores-too-much"]
    after = bench.everything()
    assert {name for name in after if after[name] != before[name]} <= {"quarantine"}


def test_a_loss_its_till_told_is_made_good_by_the_return(bench, pen, grant):
    pen.sale("m1", name="late", spends=[(grant, {"a": 30})], loss={UNIT: 10})
    bench.push(pen)
    assert (left(bench), total(bench, "loss:store"), total(bench, "redeemed")) == ({"a": 70}, -10, 40)
    assert returned(bench, pen, 15, loss_back={UNIT: 4}).exceptions == ()
    assert (left(bench), total(bench, "loss:store"), total(bench, "redeemed")) == ({"a": 85}, -6, 21)
    pen.write(
        VoidBody(
            store=pen.store, id="v", of="late", member="m1", restored={UNIT: (Part("a", 15),)}, loss_back={UNIT: 7}
        )
    )
    assert bench.push(pen).exceptions == ()
    assert (left(bench), total(bench, "loss:store"), total(bench, "redeemed")) == ({"a": 100}, 0, 0)
    bench.audit()


def test_a_told_loss_and_one_the_hub_found_are_made_good_apart(bench, pen, other, grant):
    let_go(bench)
    taken(bench, other, 90)
    pen.sale("m1", name="late", spends=[(grant, {"a": 60})], loss={UNIT: 10})
    bench.push(pen)
    assert (bench.account("m1"), total(bench, "loss:store")) == ((0, 0, 0), -60)
    assert returned(bench, pen, 30, loss_back={UNIT: 5}).exceptions == ()
    assert (bench.account("m1"), total(bench, "loss:store")) == ((0, 0, 0), -25)
    assert returned(bench, pen, 30, loss_back={UNIT: 5}).exceptions == ()
    assert (bench.account("m1"), total(bench, "loss:store"), total(bench, "redeemed")) == ((10, 0, 0), 0, 90)
    bench.audit()


def test_nothing_is_made_good_of_a_sale_that_told_no_loss(bench, pen, grant):
    """Another till's copy of it was counted, or another release's hub counted it: the rest of the return stands."""
    pen.sale("m1", name="late", spends=[(grant, {"a": 30})])
    assert returned(bench, pen, 30, loss_back={UNIT: 10}).exceptions == ()
    assert (left(bench), total(bench, "loss:store"), total(bench, "redeemed")) == ({"a": 100}, 0, 0)
    pen.give_back(None, "late", loss_back={UNIT: 5})
    assert bench.push(pen).exceptions == ()
    assert total(bench, "loss:store") == 0


def test_a_told_loss_goes_with_whom_it_was_merged_into(bench, pen, grant):
    pen.sale("m1", name="late", loss={UNIT: 10})
    pen.sale("m2", earn=5, lot="b")
    bench.push(pen)
    join(bench, "m1", "m2")
    pen.give_back("m1", "late", loss_back={UNIT: 10})
    assert bench.push(pen).exceptions == ()
    assert total(bench, "loss:store") == 0
    bench.audit()


def test_points_charged_with_no_card_are_the_shops_until_they_are_returned(bench, pen):
    pen.sale(None, name="late", loss={UNIT: 10})
    assert bench.push(pen).exceptions == ()
    assert (total(bench, "loss:store"), total(bench, "redeemed")) == (-10, 10)
    assert bench.sql("SELECT count(*) FROM member") == [(0,)]
    assert bench.sql("SELECT count(*) FROM feed") == [(0,)]
    pen.give_back(None, "late", loss_back={UNIT: 4})
    pen.write(VoidBody(store=pen.store, id="v", of="late", loss_back={UNIT: 7}))
    assert bench.push(pen).exceptions == ()
    assert (total(bench, "loss:store"), total(bench, "redeemed")) == (0, 0)
    bench.audit()


def test_the_record_that_names_the_member_stands_for_the_one_with_no_card(bench, pen, other, grant):
    """The POS asked t1, which saw the card and whose answer was lost, then t2, where nobody showed one."""
    other.sale(None, name="late", loss={UNIT: 30})
    assert bench.push(other).exceptions == ()
    assert total(bench, "loss:store") == -30
    pen.sale("m1", name="late", spends=[(grant, {"a": 30})], earn=7, lot="b")
    assert bench.push(pen).exceptions == ()
    assert (left(bench), total(bench, "loss:store"), total(bench, "redeemed")) == ({"a": 70, "b": 7}, 0, 30)
    assert bench.sql("SELECT till FROM sale") == [("t1",), ("t1",)]
    other.give_back(None, "late", loss_back={UNIT: 30})
    assert bench.push(other).exceptions == ()
    assert returned(bench, pen, 30, taken_back=7, own=["b"]).exceptions == ()
    assert (left(bench), total(bench, "loss:store"), total(bench, "redeemed")) == ({"a": 100, "b": 0}, 0, 0)
    bench.audit()


def test_a_copy_with_no_card_adds_nothing_to_the_one_with_a_member(bench, pen, other, grant):
    pen.sale("m1", name="late", spends=[(grant, {"a": 30})])
    bench.push(pen)
    other.sale(None, name="late", loss={UNIT: 30})
    assert [one.verdict for one in bench.push(other).exceptions] == ["duplicate"]
    assert (left(bench), total(bench, "loss:store"), total(bench, "redeemed")) == ({"a": 70}, 0, 30)


def test_a_sale_of_which_some_was_returned_stays_with_no_card(bench, pen, other, grant):
    other.sale(None, name="late", loss={UNIT: 30})
    other.give_back(None, "late", loss_back={UNIT: 20})
    bench.push(other)
    pen.sale("m1", name="late", spends=[(grant, {"a": 30})], earn=7, lot="b")
    assert [one.verdict for one in bench.push(pen).exceptions] == ["duplicate"]
    assert (left(bench), total(bench, "loss:store"), total(bench, "redeemed")) == ({"a": 100}, -10, 10)
    bench.audit()
