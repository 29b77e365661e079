"""Leases across members: by till, member, the beginning of an id; which a person may end."""

from sync.hub.store import bulk, held

COLUMNS = "member, lease, till, inc, unit, style, granted, spent, back, state, recalled, at, parts, signed"


def test_rows(database):
    rows = [
        (member, lease, till, 1, "u", "visit", 9, 2, 3, state, 0, at, "[]", b"{}")
        for member, lease, till, state, at in [
            ("m1", "ab1", "t1", "open", 3),
            ("m2", "ab2", "t1", "released", 1),
            ("m1", "ac3", "t2", "unsettled", 2),
            ("m1", "ad4", "t1", "closed", 0),
        ]
    ]
    bulk.insert(database, "lease", COLUMNS, rows)
    watermark = [("t1", 2, 0, "", 0, 0, 0, 0, 0, "", 0, 0)]
    bulk.insert(
        database,
        "watermark",
        "till, inc, wm, hash, hlc, at, forks, durable, answered, waiting, writes, place",
        watermark,
    )
    found = held.rows(database)
    assert [(row.lease, row.held, row.newest_inc) for row in found] == [("ab2", 4, 2), ("ac3", 4, 1), ("ab1", 4, 2)]
    assert [row.lease for row in held.rows(database, till="t1", releasable=True)] == ["ab1"]
    assert [row.lease for row in held.rows(database, member="m1")] == ["ac3", "ab1"]
    assert [row.lease for row in held.rows(database, lease="ab")] == ["ab2", "ab1"]
    assert [row.lease for row in held.rows(database, limit=1)] == ["ab2"]
