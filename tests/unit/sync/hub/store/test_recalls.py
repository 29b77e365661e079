"""Recalled leases of one till that it has not ended yet."""

from sync.hub.store import bulk, recalls

COLUMNS = "member, lease, till, inc, unit, style, granted, spent, back, state, recalled, at, parts, signed"


def test_due(database):
    rows = [
        ("m1", lease, till, 1, "u", "visit", 5, 0, 0, state, recalled, 1, "[]", b"{}")
        for lease, till, state, recalled in [
            ("a", "t1", "open", 3),
            ("b", "t1", "released", 1),
            ("c", "t1", "closed", 2),
            ("d", "t1", "open", 0),
            ("e", "t2", "open", 4),
            ("f", "t1", "unsettled", 5),
        ]
    ]
    bulk.insert(database, "lease", COLUMNS, rows)
    assert recalls.due(database, "t1") == ("b", "a")
    assert recalls.due(database, "t9") == ()
