"""A book worked out from facts alone."""

import pytest
from hub_kit import DAY_MS, UNIT, Pen

from agent.loyalty.leases import Backing, Grant
from agent.loyalty.lots import Lot
from sync.hub import apply
from sync.hub.book import Book, HubLease
from sync.hub.deriving import Beginning, Event, Underivable, derive, fresh, opening, totals
from sync.wire import GotBody, decode


def book_of(pen, grants=None, *, book=None, day="2026-09-21"):
    records = [decode(line) for line in pen.lines]
    events = [Event(record.hlc, "m1", record, apply.STEPS.get(type(record.body))) for record in records]
    begin = Beginning(books={"m1": book or Book("m1")}, grants=grants or {})
    return derive(events, begin, zone="Europe/Moscow", day=day)["m1"]


def lease(points, lot="x"):
    grant = Grant(
        id="l", till="t1", member="m1", unit=UNIT, granted=points, backing=(Backing(lot=lot, points=points, born=1),)
    )
    return grant, {"l": fresh(grant, HubLease(lease=None, inc=1))}  # type: ignore[arg-type]


def test_lots_expire_on_their_days_and_debts_are_paid_when_they_can_be():
    pen = Pen("t1")
    pen.sale("m1", name="s", earn=50, lot="x", pending="2026-09-23")
    pen.give_back("m1", "gone", taken_back=20, own=[])
    pen.sale("m1", name="t", earn=30, lot="y", pending="2026-09-25", expires="2026-09-26")
    book = book_of(pen, day="2026-09-28")
    purse = book.purses[UNIT]
    assert ({lot.id: lot.left for lot in purse.lots.values()}, purse.debt) == ({"x": 30, "y": 0}, 0)
    assert totals(book)[UNIT, "expired"] == 30


def test_a_grant_stands_whatever_came_before_it():
    pen = Pen("t1")
    grant, grants = lease(100)
    pen.sale("m1", name="s", earn=100, lot="x")
    pen.give_back("m1", "gone", taken_back=40, own=[])
    pen.write(GotBody(grant=grant))
    purse = book_of(pen, grants).purses[UNIT]
    assert (purse.lots["x"].left, purse.leased["x"], purse.debt) == (100, 100, 40)


def test_what_a_grant_holds_had_not_expired_however_late_its_till_tells_of_it():
    pen = Pen("t1")
    grant, grants = lease(60)
    pen.sale("m1", name="s", earn=100, lot="x", expires="2026-09-22")
    pen.clock.now_ms += 3 * DAY_MS
    pen.write(GotBody(grant=grant))
    book = book_of(pen, grants, day="2026-09-24")
    purse = book.purses[UNIT]
    assert (purse.lots["x"].left, purse.leased["x"], purse.lapsed["x"], purse.debt) == (60, 60, 40, 0)
    assert totals(book)[UNIT, "expired"] == 40


def test_a_grant_the_till_has_not_told_of_yet_stands_too():
    pen = Pen("t1")
    pen.sale("m1", name="s", earn=100, lot="x")
    _, grants = lease(70)
    assert book_of(pen, grants).purses[UNIT].leased == {"x": 70}


def test_imported_lots_begin_whole():
    spent = Lot(id="opening", unit=UNIT, points=40, left=3, born=0)
    told = Lot(id="x", unit=UNIT, points=5, left=5, born=1)
    pen = Pen("t1")
    book = book_of(pen, book=opening("m1", [spent, told], ["x"]))
    assert {lot.id: lot.left for lot in book.purses[UNIT].lots.values()} == {"opening": 40}


def test_facts_that_do_not_fit_together_are_told():
    pen = Pen("t1")
    pen.give_back("m1", "s", restored={"nowhere": 5})
    with pytest.raises(Underivable, match="unknown-lot"):
        book_of(pen)
