"""The base: members of a fill as the till reads them."""

import pytest
from fill_kit import numbered, write_base

from agent.errors import CorruptDatabase, StorageBroken
from agent.loyalty.lots import Lot
from agent.store.base import KEPT, Base
from sync.wire import MemberState

HEX = "0123456789abcdef" * 2
TWIN = HEX[:16] + "f" * 16
"""Begins as HEX does: the look-up must not take one for the other."""


def test_members_are_found_by_any_handle(tmp_path):
    lot = Lot(id="a", unit="points:main", points=5, left=5, born=1)
    states = [
        MemberState(member=HEX, rev=10, cards=(TWIN, "card"), phone="0" * 32, lots=(lot,), tier="gold"),
        MemberState(member=TWIN, rev=10, cards=(HEX,)),
        MemberState(member="plain", rev=10, cards=("c",)),
    ]
    base = Base(write_base(tmp_path / "b", states, marks=[("T1", 1, 7), ("T1", 2, 9), ("T2", 1, 5)]), till="T1")
    assert (base.count, base.rev, base.epoch, base.marks) == (3, 10, 1, {1: 7, 2: 9})
    assert [base.find(handle) for handle in (TWIN, "card", "0" * 32, HEX, "c")] == [HEX, HEX, HEX, TWIN, "plain"]
    assert [base.find(handle) for handle in ("x", HEX[:-1] + "0", "0" * 31, "")] == [None] * 4
    found = base.get(HEX)
    assert (found.applied, found.lots, found.tier) == ({"T1/1": 7, "T1/2": 9}, (lot,), "gold")
    assert [base.get(member) for member in ("", "x", "f" * 32)] == [None] * 3
    base.close()


def test_more_members_than_are_kept_decoded(tmp_path):
    base = Base(write_base(tmp_path / "b", numbered(3 * KEPT)), till="T1")
    for _ in range(2):
        assert all(base.find(f"c{n}") == f"m{n}" for n in range(3 * KEPT))
    base.close()


def test_the_look_ups_search(tmp_path):
    base = Base(write_base(tmp_path / "b", numbered(500)), till="T1")
    for sql in (
        "SELECT member FROM handle WHERE hmac = 1",
        "SELECT id FROM member WHERE id >= x'00' AND id < x'01'",
        "SELECT state FROM member WHERE id = x'00'",
    ):
        assert "SEARCH" in base._sql.one(f"EXPLAIN QUERY PLAN {sql}")[-1]
    base.close()


@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM meta",
        "UPDATE meta SET value = '2' WHERE name = 'version'",
        "UPDATE meta SET value = 'x' WHERE name = 'rev'",
        "DROP TABLE meta",
    ],
)
def test_a_file_that_is_no_fill_is_told(tmp_path, spoil):
    import sqlite3

    path = write_base(tmp_path / "b", numbered(3))
    with sqlite3.connect(path) as database:
        database.execute(spoil)
    database.close()
    with pytest.raises((CorruptDatabase, Exception)) as caught:
        Base(path, till="T1")
    assert "fill" in str(caught.value) or "meta" in str(caught.value)


def test_a_state_that_cannot_be_is_nobodys(tmp_path):
    lot = Lot(id="a", unit="points:main", points=5, left=50, born=1)
    states = [
        MemberState(member="bad", rev=10, cards=("b",), lots=(lot,)),
        MemberState(member="good", rev=10, cards=("g",)),
    ]
    base = Base(write_base(tmp_path / "b", states), till="T1")
    assert (base.get("bad"), base.find("b"), base.find("g")) == (None, None, "good")
    base.close()


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(StorageBroken):
        Base(str(tmp_path / "none"), till="T1")


def test_a_state_nobody_packed_is_a_damaged_file(tmp_path):
    import sqlite3

    path = write_base(tmp_path / "b", numbered(3))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE member SET state = x'c0'")
    database.close()
    base = Base(path, till="T1")
    with pytest.raises(CorruptDatabase):
        base.get("m1")
    with pytest.raises(CorruptDatabase):
        base.find("c1")
    base.close()
