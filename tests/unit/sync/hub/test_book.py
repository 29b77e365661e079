"""A member's book: what is free, what is leased, and that neither can be taken twice."""

import msgspec
import pytest
from hub_kit import UNIT

from agent.loyalty.lots import Lot, Part
from sync.hub.book import Book, Purse


def lot(name="a", left=100):
    return Lot(id=name, unit=UNIT, points=100, left=left, born=1)


def part(name, points):
    return msgspec.structs.replace(lot(name), points=points, left=points)


@pytest.fixture
def purse():
    purse = Purse()
    purse.put([lot("a"), lot("b", 40)])
    purse.lease_out([Part("a", 30)])
    return purse


def test_sums(purse):
    assert (purse.posted, purse.held) == (140, 30)
    assert {one.id: one.left for one in purse.free()} == {"a": 70, "b": 40}


def test_what_is_leased_cannot_be_taken(purse):
    purse.take([Part("a", 70)])
    with pytest.raises(ValueError, match="not free"):
        purse.take([Part("a", 1)])


@pytest.mark.parametrize("points", [71, -31])
def test_no_more_is_leased_than_there_is_and_no_more_given_back(purse, points):
    with pytest.raises(ValueError, match="cannot be leased"):
        purse.lease_out([Part("a", points)])


def test_a_copy_is_apart():
    book = Book("m1")
    book.purse(UNIT).put([lot()])
    copy = book.copy()
    assert copy == book
    copy.purse(UNIT).take([Part("a", 1)])
    copy.cards["c"] = "card"
    copy.purse(UNIT).debt = 5
    assert book.purse(UNIT).posted == 100
    assert (book.cards, book.purse(UNIT).debt) == ({}, 0)


def test_what_was_lent_to_a_merged_members_lot_is_paid_by_the_heirs_part_of_it():
    mine, theirs = Purse(), Purse()
    mine.lend(part("x", 60))
    mine.lease_out([Part("x", 60)])
    theirs.put([lot("x", 100), lot("x/m1", 5), lot("y", 100)])
    theirs.lease_out([Part("x", 48)])
    assert mine.fetch(theirs, of="m1") == 57
    assert (mine.unbacked, mine.unborn, mine.posted) == ({"x": 3}, set(), 60)
    assert {one.id: (one.points, one.left) for one in theirs.lots.values()} == {
        "x": (48, 48), "x/m1": (95, 0), "y": (100, 100)
    }  # fmt: skip


def test_a_lot_of_the_same_name_and_other_days_pays_nothing():
    mine, theirs = Purse(), Purse()
    mine.put([part("x", 10)])
    mine.lend(part("x", 60))
    theirs.put([msgspec.structs.replace(lot("x", 100), expires_on="2030-01-01")])
    assert mine.fetch(theirs, of="m1") == 0
    assert mine.unbacked == {"x": 60}


def test_a_part_that_an_heirs_right_spoke_of_before_is_no_unborn_lot_any_more():
    purse = Purse()
    purse.lend(part("x", 60))
    assert purse.inherit(msgspec.structs.replace(part("x", 90), spendable_from="2026-01-01"), 0, of="m1") == 90
    purse.pay_lent()
    assert (purse.posted, purse.unborn, purse.owed, list(purse.lots)) == (90, set(), 0, ["x"])


def test_a_lot_known_from_a_right_only_is_the_one_of_its_name_whatever_its_days():
    """A sale made under a clock in doubt gets other days when it is told again."""
    mine, theirs, late = Purse(), Purse(), msgspec.structs.replace(part("x", 90), born=7, expires_on="2030-01-01")
    theirs.lend(part("x", 60))
    assert theirs.inherit(late, 0, of="m1") == 90
    assert list(theirs.lots) == ["x"]
    mine.lend(part("z", 10))
    theirs.put([msgspec.structs.replace(late, id="z")])
    assert mine.fetch(theirs, of="m1") == 10
