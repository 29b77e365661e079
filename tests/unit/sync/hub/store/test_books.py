"""Books out of the tables and back: what is written is what is read, and only differences are written."""

import threading

import msgspec
import peewee
import pytest
from hub_kit import UNIT

from agent.loyalty.leases import Backing, Grant, Lease
from agent.loyalty.ledger import move
from agent.loyalty.lots import Lot, Part
from sync.hub.book import Book, HubLease, Numbered, Profile
from sync.hub.store import books, bulk
from sync.hub.store.books import Change
from sync.hub.store.feed import News
from sync.hub.store.server import sqlstate
from sync.hub.store.steps import transaction

GRANT = Grant(
    id="g", till="t1", member="m1", unit=UNIT, granted=30, backing=(Backing(lot="a", points=30, born=1),), signature="s"
)


def full():
    book = Book("m1", Profile(name="Анна", added=5), {"c1": "card"})
    purse = book.purse(UNIT)
    purse.put([Lot(id="a", unit=UNIT, points=100, left=90, born=1, expires_on="2027-01-01")])
    purse.lease_out([Part("a", 20)])
    purse.lapsed["a"] = 4
    purse.debt = 7
    lease = Lease(grant=GRANT, spent=(Part("a", 10),))
    book.leases["g"] = HubLease(lease=lease, inc=2, spent=10, at=9, recalled=3)
    book.entries = [Numbered("t1", 1, 1, posting) for posting in move(UNIT, 90, source="issued", target="member:m1")]
    return book


def saved(database, before, after):
    with database.atomic():
        return books.save(database, [Change(before, after)], at=9)


def read(database, member="m1", **more):
    return books.load(database, [member], **more)[member]


def test_there_and_back(database, sql):
    book = full()
    assert saved(database, Book("m1"), book) == [News("m1", ("g",))]
    found = read(database)
    found.entries = book.entries
    assert found == book
    assert sql("SELECT posted, leased, debt FROM account") == [(90, 20, 7)]
    assert sql("SELECT n, account, amount FROM entry") == [(1, "issued", -90), (2, "member:m1", 90)]


def test_nothing_changed_writes_nothing(database):
    saved(database, Book("m1"), full())
    found = read(database)
    assert saved(database, found.copy(), found) == []
    assert saved(database, Book("m9"), Book("m9")) == []


def test_differences(database, sql):
    saved(database, Book("m1"), full())
    before = read(database)
    after = before.copy()
    purse = after.purse(UNIT)
    purse.lease_out([Part("a", -20)])
    purse.take([Part("a", 90)])
    purse.debt = 0
    after.profile = msgspec.structs.replace(before.profile, tier="gold")
    after.leases["g"] = msgspec.structs.replace(before.leases["g"], back=20, state="closed")
    after.cards["p1"] = "phone"
    assert saved(database, before, after) == [News("m1")]
    assert sql("SELECT posted, leased, debt FROM account") == [(0, 0, 0)]
    assert sql("SELECT tier FROM member") == [("gold",)]
    assert sql("SELECT state, back FROM lease") == [("closed", 20)]
    assert sql("SELECT hmac, kind FROM card ORDER BY hmac") == [("c1", "card"), ("p1", "phone")]


def test_what_is_spent_is_read_only_when_it_is_named(database):
    saved(database, Book("m1"), full())
    before = read(database)
    after = before.copy()
    after.purse(UNIT).lease_out([Part("a", -20)])
    after.purse(UNIT).take([Part("a", 90)])
    after.leases["g"] = msgspec.structs.replace(before.leases["g"], back=20, state="closed")
    saved(database, before, after)
    assert (read(database).purse(UNIT).lots, read(database).leases) == ({}, {})
    named = read(database, lots=["a"], leases=["g"])
    assert (list(named.purse(UNIT).lots), list(named.leases)) == (["a"], ["g"])
    assert named.purse(UNIT).lapsed == {"a": 4}


def test_several_members_at_once(database):
    for name in ("m2", "m3"):
        saved(database, Book(name), Book(name, Profile(name=name)))
    found = books.load(database, ["m3", "m2", "m9", "m2"])
    assert {name: book.profile.name if book.profile else None for name, book in found.items()} == {
        "m2": "m2",
        "m3": "m3",
        "m9": None,
    }
    assert books.load(database, []) == {}


def test_a_broken_sum_writes_nothing(database, sql):
    book = full()
    book.purse(UNIT).leased["a"] = 91
    with pytest.raises(Exception, match=r"(?i)check"):
        saved(database, Book("m1"), book)
    assert sql("SELECT * FROM member") == []


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_who_is_met_meanwhile_is_held_all_the_same(database, monkeypatch):
    """A member that was not there to be locked, and is there when it is read, is locked and read again."""
    waiting = [True]

    def lock(database, table, key, values):
        found = real(database, table, key, values)
        if waiting:
            waiting.clear()
            other = threading.Thread(target=lambda: saved(database, Book("m1"), full()))
            other.start()
            other.join(30)
        return found

    real = bulk.lock
    monkeypatch.setattr(bulk, "lock", lock)
    with transaction(database):
        book = books.load(database, ["m1"], lock=True)["m1"]
        assert book.purse(UNIT).posted > 0
        other = database.another()
        other.execute_sql("SET lock_timeout = 1")
        with pytest.raises(peewee.PeeweeException) as held:
            other.execute_sql("SELECT 1 FROM member WHERE member = 'm1' FOR UPDATE")
        assert sqlstate(held.value) == "55P03"
        other.close()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_whole_book_is_of_the_moment_from_which_it_is_held(database, monkeypatch):
    """What was spent to the end while others held the member is there too."""
    saved(database, Book("m1"), Book("m1", profile=Profile()))
    waiting = [True]

    def lock(database, table, key, values):
        if waiting:
            waiting.clear()
            after = full()
            after.profile = Profile()
            after.purse(UNIT).lots["gone"] = Lot(id="gone", unit=UNIT, points=5, left=0, born=1)
            other = threading.Thread(target=lambda: saved(database, Book("m1", profile=Profile()), after))
            other.start()
            other.join(30)
        return real(database, table, key, values)

    real = bulk.lock
    monkeypatch.setattr(bulk, "lock", lock)
    with transaction(database):
        book = books.load_whole(database, ["m1"])["m1"]
    assert "gone" in book.purse(UNIT).lots
