"""The list of tills a hub waits for."""

from sync.hub.store import bulk, waiting
from sync.hub.store.waiting import Awaited


def test_a_recovery_from_begin_to_end(database):
    assert not waiting.recovering(database)
    waiting.begin(database, ["b", "a", "b"], at=5)
    assert waiting.recovering(database)
    assert [(row.till, row.state, row.at) for row in waiting.rows(database)] == [
        ("a", "awaited", 5),
        ("b", "awaited", 5),
    ]
    waiting.note(database, Awaited(till="a", state="heard", at=6, missing=2))
    assert waiting.of(database, "a") == Awaited(till="a", state="heard", at=6, missing=2)
    assert waiting.of(database, "c") is None
    assert waiting.left(database) == 1
    waiting.begin(database, ["c"], at=7)
    assert [row.till for row in waiting.rows(database)] == ["c"]
    waiting.end(database)
    assert not waiting.recovering(database)


def test_leases_nobody_knows_are_counted(database):
    columns = "member, lease, till, inc, unit, style, granted, spent, back, state, recalled, at, parts, signed"
    rows = [
        ("m", lease, till, 1, "u", "visit", 1, 0, 0, state, 0, 1, "[]", b"{}")
        for lease, till, state in [("a", "t1", "open"), ("b", "t1", "closed"), ("c", "t2", "open")]
    ]
    bulk.insert(database, "lease", columns, rows)
    assert waiting.unknown_leases(database, "t1", ["a", "b", "c", "d", "d"]) == 2
    assert waiting.unknown_leases(database, "t1", []) == 0


def test_members_with_something_lent(database):
    columns = "member, unit, lot, points, remaining, leased, lapsed, unbacked, unborn, born, spendable_from"
    rows = [(m, "u", lot, 9, 9, 0, 0, lent, 0, 1, "") for m, lot, lent in [("a", "x", 1), ("a", "y", 2), ("b", "z", 0)]]
    rows += [(member, "u", "x", 9, 9, 0, 0, 9, 0, 1, "") for member in ("c", "d")]
    bulk.insert(database, "lot", columns, rows)
    assert waiting.members_unbacked(database, "", 2) == ["a", "c"]
    assert waiting.members_unbacked(database, "c", 2) == ["d"]
    assert waiting.members_unbacked(database, "d", 2) == []
