"""Sums over whole tables."""

from sync.hub.store import bulk, counts
from sync.hub.store.counts import Counts


def test_an_empty_hub(database):
    assert counts.of(database) == Counts(members=0, leases=0, leased=0, unbacked=0, pending=0, flags=0)


def test_leases_and_lots(database):
    columns = "member, lease, till, inc, unit, style, granted, spent, back, state, recalled, at, parts, signed"
    rows = [
        ("m", one, "t", 1, "u", "visit", 9, 2, 3, state, 0, 1, "[]", b"{}")
        for one, state in (("a", "open"), ("b", "closed"))
    ]
    bulk.insert(database, "lease", columns, rows)
    columns = "member, unit, lot, points, remaining, leased, lapsed, unbacked, unborn, born, spendable_from"
    bulk.insert(database, "lot", columns, [("m", "u", "x", 9, 9, 0, 0, 4, 1, 1, "")])
    found = counts.of(database)
    assert (found.leases, found.leased, found.unbacked) == (1, 4, 4)
