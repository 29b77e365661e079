"""A member's book: what is free, what is leased, and that neither can be taken twice."""

import pytest
from hub_kit import UNIT

from agent.loyalty.lots import Lot, Part
from sync.hub.book import Book, Purse


def lot(name="a", left=100):
    return Lot(id=name, unit=UNIT, points=100, left=left, born=1)


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
