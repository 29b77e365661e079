"""Members for whom a new day changes something, and nobody else."""

import pytest

from sync.hub.store import bulk, due

LOT = "member, unit, lot, points, remaining, leased, lapsed, unbacked, unborn, born, spendable_from, expires_on"


def put(database, *, remaining=5, leased=0, debt=0, first="", last=None):
    bulk.insert(database, "lot", LOT, [("m", "u", "l", 10, remaining, leased, 0, 0, 0, 1, first, last)])
    bulk.insert(database, "account", "member, unit, posted, leased, debt", [("m", "u", remaining, leased, debt)])
    return due.members(database, "2026-09-21", 10)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"last": "2026-09-20"}, True),
        ({"last": "2026-09-21"}, False),
        ({"last": "2026-09-20", "leased": 5}, False),
        ({"last": "2026-09-20", "remaining": 0}, False),
        ({}, False),
        ({"debt": 3}, True),
        ({"debt": 3, "first": "2026-09-21"}, True),
        ({"debt": 3, "first": "2026-09-22"}, False),
        ({"debt": 3, "leased": 5}, False),
        ({"debt": 3, "last": "2026-09-21"}, True),
    ],
)
def test_who_is_due(database, row, found):
    assert put(database, **row) == (["m"] if found else [])


def test_a_limit(database):
    rows = [(f"m{n}", "u", "l", 10, 5, 0, 0, 0, 0, 1, "", "2026-01-01") for n in range(5)]
    bulk.insert(database, "lot", LOT, rows)
    assert due.members(database, "2026-09-21", 3) == ["m0", "m1", "m2"]


def test_who_owes_beside_free_points_by_name(database):
    rows = [(member, "u", "l", 10, 5, 0, 0, 0, 0, 1, "", None) for member in ("a", "b", "c", "d")]
    bulk.insert(database, "lot", LOT, rows)
    accounts = [(member, "u", 5, 0, debt) for member, debt in (("a", 1), ("b", 0), ("c", 2), ("d", 3))]
    bulk.insert(database, "account", "member, unit, posted, leased, debt", accounts)
    assert due.owing(database, "2026-09-21", "", 2) == ["a", "c"]
    assert due.owing(database, "2026-09-21", "a", 9) == ["c", "d"]
    assert due.owing(database, "2026-09-21", "d", 9) == []
