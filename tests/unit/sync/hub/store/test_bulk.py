"""Many rows at once: inserts that leave what is there, deltas that reach their row and no other."""

import pytest

from sync.hub.store import bulk


def accounts(sql):
    return sql("SELECT member, unit, posted, leased FROM account ORDER BY member, unit")


@pytest.fixture
def filled(database):
    rows = [(f"m{n:04d}", "u", 10, 0, 0) for n in range(1200)]
    bulk.insert(database, "account", "member, unit, posted, leased, debt", rows)
    return database


def test_deltas_reach_their_rows(filled, sql):
    rows = [(f"m{n:04d}", "u", n, 1) for n in range(1200)] + [("nobody", "u", 5, 5)]
    bulk.add(filled, "account", rows, keys="member, unit", deltas="posted, leased")
    assert accounts(sql) == [(f"m{n:04d}", "u", 10 + n, 1) for n in range(1200)]


def test_a_negative_delta_passes_the_check_while_the_row_stays_sound(filled, sql):
    bulk.add(filled, "account", [("m0001", "u", -10)], keys="member, unit", deltas="posted")
    assert accounts(sql)[1] == ("m0001", "u", 0, 0)
    with pytest.raises(Exception, match=r"(?i)check"):
        bulk.add(filled, "account", [("m0001", "u", -1)], keys="member, unit", deltas="posted")


def test_what_is_there_stays(filled, sql):
    rows = [("m0001", "u", 99, 0, 0), ("new", "u", 1, 0, 0)]
    bulk.insert(filled, "account", "member, unit, posted, leased, debt", rows, known="NOTHING")
    found = {row[0]: row[2] for row in accounts(sql)}
    assert (found["m0001"], found["new"]) == (10, 1)
    with pytest.raises(Exception, match=r"(?i)unique"):
        bulk.insert(filled, "account", "member, unit, posted, leased, debt", rows)


def test_nothing_to_do(database, sql):
    bulk.insert(database, "account", "member, unit, posted, leased, debt", [])
    bulk.add(database, "account", [], keys="member, unit", deltas="posted")
    assert accounts(sql) == []


def test_marks():
    assert bulk.marks(["a", "b"]) == "?, ?"
    assert bulk.marks([]) == "NULL"
    assert [len(chunk) for chunk in bulk.chunks(range(1001))] == [500, 500, 1]
