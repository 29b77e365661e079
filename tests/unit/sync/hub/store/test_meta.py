"""The hub's own facts and counters."""

from sync.hub.store import meta


def test_facts_and_counters(database):
    assert meta.read(database, "x") is None
    meta.write(database, "x", "1")
    meta.write(database, "x", "2")
    assert meta.read(database, "x") == "2"
    assert [meta.count_up(database, "n") for _ in range(3)] == [1, 2, 3]
