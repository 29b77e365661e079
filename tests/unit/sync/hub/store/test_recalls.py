"""Recalled leases of one till, from a number on."""

from sync.hub.store import bulk, recalls

COLUMNS = "member, lease, till, inc, unit, style, granted, spent, back, state, recalled, at, parts, signed"


def test_due(database):
    rows = [
        ("m1", lease, till, 1, "u", "visit", 5, 0, 0, state, recalled, 1, "[]", b"{}")
        for lease, till, state, recalled in [
            ("a", "t1", "open", 3),
            ("b", "t1", "open", 1),
            ("c", "t1", "closed", 2),
            ("d", "t1", "open", 0),
            ("e", "t2", "open", 4),
            ("f", "t1", "released", 5),
            ("g", "t1", "unsettled", 6),
        ]
    ]
    bulk.insert(database, "lease", COLUMNS, rows)
    assert recalls.due(database, "t1", after=0) == (("b", "a", "f"), 5)
    assert recalls.due(database, "t1", after=1) == (("a", "f"), 5)
    assert recalls.due(database, "t1", after=7) == ((), 7)
