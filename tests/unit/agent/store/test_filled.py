"""The swap: base, cursor and what this till did since, in one transaction or not at all."""

import os

import pytest
from fill_kit import numbered, write_base
from store_kit import AT, booted, open_store

from agent.errors import CorruptDatabase
from agent.loyalty.lots import Lot
from agent.rows import Delta, position
from agent.store.filled import swap, takes
from sync.fill import Fill, Piece
from sync.wire import EnrolBody, MemberState


def fill_of(rev=10, epoch=1):
    return Fill(
        v=1, cursor=f"{epoch}:{rev}:0:0", epoch=epoch, rev=rev, members=3, at=1, size=1, pieces=(Piece("a" * 64, 1),)
    )


@pytest.fixture
def store(tmp_path):
    store = booted(tmp_path / "till.sqlite3")
    yield store
    store.close()


def enrolled(store, member, card, n):
    body = EnrolBody(member=member, cards=(card,))
    with store.transaction():
        stored = store.journal.append(body, at=AT, id=f"e{n}")
        store.members.enrol(body)
    return stored


def base(store, name="1", **more):
    return write_base(f"{store.path}.members-{name}", numbered(3, rev=more.get("rev", 10)), **more)


def test_the_base_comes_with_its_cursor(store):
    with store.transaction():
        store.members.put(MemberState(member="m1", rev=4, tier="silver", cards=("old",)))
        store.meta.put("cursor", "1:4:2:0")
    assert swap(store, base(store), fill_of())
    assert (store.meta.get("cursor"), store.meta.get("members_epoch")) == ("1:10:0:0", "1")
    assert (store.members.count(), store.members.find("c1"), store.members.find("old")) == (3, "m1", None)
    path = store.path
    store.close()
    again = open_store(path)
    assert (again.members.find("c2"), again.members.count(), again.members.get("m1").rev) == ("m2", 3, 10)
    again.close()


def test_members_enrolled_here_stay_until_the_file_knows_them(store):
    known = enrolled(store, "m1", "c1", 1)
    fresh = enrolled(store, "new", "n", 2)
    enrolled(store, "m2", "second-card", 3)
    assert swap(store, base(store, marks=[("T1", 1, known.seq)]), fill_of())
    assert [store.members.find(handle) for handle in ("c1", "n", "second-card")] == ["m1", "new", "m2"]
    assert (store.members.get("new").rev, store.members.get("m1").rev, store.members.count()) == (0, 10, 4)
    assert fresh.seq == known.seq + 1


def test_what_the_file_includes_is_counted_once(store):
    lots = [Lot(id=f"lot{n}", unit="points:main", points=5, left=5, born=1) for n in range(3)]
    with store.transaction():
        for n, lot in enumerate(lots):
            store.rights.bear([lot], member="m1", n=position(1, n + 2))
            store.rights.moved(Delta("points:main", spent=1), member="m1", n=position(1, n + 2))
    assert swap(store, base(store, marks=[("T1", 1, 3), ("T2", 1, 99)]), fill_of())
    assert [lot.id for lot in store.rights.own_lots("m1")] == ["lot2"]
    assert [delta.spent for delta in store.rights.deltas("m1")] == [1]


@pytest.mark.parametrize(
    ("cursor", "epoch", "taken"),
    [("", "0", True), ("1:9:4:4", "1", True), ("1:10:0:0", "1", False), ("1:11:0:0", "1", False), ("2:1:0:0", "2", False),
     ("1:9:0:0", "2", False), ("odd", "1", True), ("0:99:0:0", "0", True)],
)  # fmt: skip
def test_only_what_tells_more_is_taken(store, cursor, epoch, taken):
    with store.transaction():
        store.meta.put("cursor", cursor)
        store.meta.put("epoch", epoch)
    assert takes(store, fill_of()) is taken
    assert swap(store, base(store), fill_of()) is taken
    assert store.members.count() == (3 if taken else 0)
    assert store.meta.get("cursor") == ("1:10:0:0" if taken else cursor)


def test_a_newer_base_takes_the_place_of_a_base(store):
    first, second = base(store), base(store, "2", rev=20)
    assert swap(store, first, fill_of())
    store.members.put(MemberState(member="m0", rev=15, cards=("moved",)))
    assert swap(store, second, fill_of(rev=20))
    assert (store.members.base.path, store.members.find("moved"), store.members.find("c0")) == (second, None, "m0")


def test_what_is_no_fill_changes_nothing(store):
    with store.transaction():
        store.members.put(MemberState(member="m", rev=1, cards=("c",)))
    path = f"{store.path}.members-x"
    with open(path, "wb") as file:
        file.write(b"no database at all" * 500)
    with pytest.raises(CorruptDatabase):
        swap(store, path, fill_of())
    assert (store.members.find("c"), store.members.base) == ("m", None)


def test_a_swap_that_breaks_off_changes_nothing(store, monkeypatch):
    assert swap(store, base(store), fill_of())

    def stop(_marks):
        raise OSError("enough")

    monkeypatch.setattr(store.rights, "included", stop)
    with pytest.raises(OSError, match="enough"):
        swap(store, base(store, "2", rev=20), fill_of(rev=20))
    assert (store.meta.get("cursor"), os.path.basename(store.members.base.path)) == (
        "1:10:0:0",
        "till.sqlite3.members-1",
    )
    assert (store.members.find("c1"), store.members.get("m1").rev) == ("m1", 10)
