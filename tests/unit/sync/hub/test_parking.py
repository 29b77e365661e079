"""Parked records tried again, or settled by a person: once, audited, lease charges with them."""

import msgspec
import pytest
from hub_kit import NOON, UNIT, Pen, granted

from agent.errors import NotFound
from sync.hub import parking
from sync.hub.grounds import ground_of
from sync.hub.store import journal, tills
from sync.hub.store.steps import transaction


def ground(bench, store="s1"):
    return ground_of(bench.database, tills.Till(till="t1", store=store), now_ms=NOON)


def again(bench, one, **more):
    act = parking.told(one, "parked-applied", who="anna", reason="", at=NOON)
    with transaction(bench.database):
        return parking.settle(bench.database, one, ground(bench, **more), epoch=1, act=act)


def loss(bench):
    return -(bench.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'")[0][0] or 0)


@pytest.fixture
def parked(bench, pen):
    """A sale of another store's that spent 25 of a lease of 60, which its till has closed."""
    pen.sale("m1", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 60).grant
    pen.store = "s9"
    pen.sale("m1", spends=[(grant, {"a": 25})], earn=3, lot="b")
    pen.close(grant, spent=25)
    bench.push(pen)
    assert bench.account("m1") == (100, 25, 0)
    (one,) = journal.parked_of(bench.database, "t1")
    return one


def test_what_is_still_wrong_stays_parked(bench, parked):
    before = bench.everything(but=())
    assert again(bench, parked) == "other-store"
    assert bench.everything(but=()) == before


def test_a_mended_record_is_applied_with_its_lease_charge(bench, parked):
    assert again(bench, parked, store="s9") == "applied"
    assert bench.account("m1") == (78, 0, 0)
    assert bench.sql("SELECT state FROM lease") == [("closed",)]
    assert bench.sql("SELECT what, subject FROM audit") == [("parked-applied", "t1/1/3")]
    assert journal.parked_of(bench.database, "t1") == []
    assert bench.sql("SELECT count(*) FROM record WHERE seq = 3") == [(1,)]
    with pytest.raises(NotFound):
        parking.find(bench.database, "t1", 1, 3)


def test_a_second_time_nothing_changes(bench, parked):
    again(bench, parked, store="s9")
    before = bench.everything(but=())
    assert again(bench, parked, store="s9") == "settled"
    with pytest.raises(NotFound), transaction(bench.database):
        parking.note(bench.database, parked, ground(bench), epoch=1)
    assert bench.everything(but=()) == before


def test_one_that_was_counted_from_another_record_gives_its_lease_back(bench, parked):
    other = Pen("t2", clock=bench.clock)
    other.sale("m1", name="t1-1-sale-3")
    bench.push(other)
    moved = msgspec.structs.replace(parked, line=parked.line.replace(b'"store":"s9"', b'"store":"s1"'))
    assert again(bench, moved) == "duplicate"
    assert bench.account("m1") == (100, 0, 0)


def test_a_person_may_settle_it_the_shop_bears_what_it_spent(bench, parked):
    with transaction(bench.database):
        assert parking.note(bench.database, parked, ground(bench), epoch=1) == 25
    assert bench.account("m1") == (100, 0, 0)
    assert loss(bench) == 25
    assert journal.parked_of(bench.database, "t1") == []


def test_a_return_of_what_the_shop_bore_is_the_shops(bench, pen, parked):
    with transaction(bench.database):
        parking.note(bench.database, parked, ground(bench), epoch=1)
    other = Pen("t2", store="s9", clock=bench.clock)
    bench.tills["t2"] = tills.Till(till="t2", store="s9", added=NOON)
    tills.save(bench.database, bench.tills["t2"])
    other.give_back("m1", "t1-1-sale-3", restored={"a": 20})
    assert bench.push(other).exceptions == ()
    assert (bench.account("m1"), loss(bench)) == ((100, 0, 0), 5)


def test_the_sale_that_was_counted_under_its_name_keeps_its_own_return(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 60).grant
    pen.sale("m1", name="one", spends=[(grant, {"a": 25})])
    pen.sale("m1", name="one", spends=[(grant, {"a": 10})], content="f" * 64)
    assert [one.reason for one in bench.push(pen).exceptions] == ["other-content"]
    (one,) = journal.parked_of(bench.database, "t1")
    with transaction(bench.database):
        assert parking.note(bench.database, one, ground(bench), epoch=1) == 10
    pen.give_back("m1", "one", restored={"a": 25})
    assert bench.push(pen).exceptions == ()
    assert (bench.account("m1")[0], loss(bench)) == (100, 10)
    bench.audit()


def test_what_nobody_can_read_books_nothing(bench, pen):
    pen.raw(b'{"no": "record"}')
    bench.push(pen)
    one = parking.find(bench.database, "t1", 1, 1)
    assert again(bench, one) == one.reason
    with transaction(bench.database):
        assert parking.note(bench.database, one, ground(bench), epoch=1) == 0
    assert bench.sql("SELECT count(*) FROM quarantine") == [(0,)]


def test_a_sale_that_was_settled_and_is_told_again_counts_once(bench, pen):
    """The shop bore it; a fork's tail or another till tells the same sale under another key."""
    pen.sale("m1", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 60).grant
    pen.sale("m1", name="one", spends=[(grant, {"a": 25})], earn=3, lot="b")
    assert [one.reason for one in bench.push(pen, wrong={"failed": 3}.items()).exceptions] == ["fails-the-hub"]
    (one,) = journal.parked_of(bench.database, "t1")
    with transaction(bench.database):
        assert parking.note(bench.database, one, ground(bench), epoch=1) == 25
    other = Pen("t2", clock=bench.clock)
    second = granted(bench, other, "m1", 30).grant
    other.sale("m1", name="one", spends=[(second, {"a": 25})], earn=3, lot="c")
    assert [verdict.verdict for verdict in bench.push(other).exceptions] == ["duplicate"]
    other.close(second, spent=25)
    bench.push(other)
    bench.audit()
    assert (loss(bench), bench.account("m1")) == (25, (100, 35, 0))
    assert bench.push(pen, first=3).exceptions == ()


@pytest.mark.parametrize("member", ["m1", None])
def test_what_its_till_told_as_a_loss_is_borne_with_it_and_made_good(bench, pen, member):
    pen.sale(member, name="one", loss={UNIT: 7})
    assert [one.reason for one in bench.push(pen, wrong={"failed": 3}.items()).exceptions] == ["fails-the-hub"]
    (one,) = journal.parked_of(bench.database, "t1")
    with transaction(bench.database):
        assert parking.note(bench.database, one, ground(bench), epoch=1) == 7
    assert loss(bench) == 7
    pen.give_back(member, "one", loss_back={UNIT: 7})
    assert bench.push(pen, first=2).exceptions == ()
    assert loss(bench) == 0
    bench.audit()


def test_one_that_was_counted_from_another_record_is_not_borne_again(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    grant = granted(bench, pen, "m1", 60).grant
    pen.sale("m1", name="one", spends=[(grant, {"a": 25})], loss={UNIT: 5})
    assert [one.reason for one in bench.push(pen, wrong={"failed": 3}.items()).exceptions] == ["fails-the-hub"]
    (one,) = journal.parked_of(bench.database, "t1")
    other = Pen("t2", clock=bench.clock)
    second = granted(bench, other, "m1", 30).grant
    other.sale("m1", name="one", spends=[(second, {"a": 25})], loss={UNIT: 5})
    assert bench.push(other).exceptions == ()
    with transaction(bench.database):
        assert parking.note(bench.database, one, ground(bench), epoch=1) == 0
    assert (loss(bench), bench.account("m1")[0]) == (5, 75)
    bench.audit()
