"""Aliases: one hop to the heir, whatever was merged into whom before."""

from sync.hub.store import aliases
from sync.hub.store.steps import transaction


def test_every_alias_points_at_the_last_heir(bench):
    with transaction(bench.database):
        aliases.put(bench.database, "a", "b", at=1, reason="r")
        aliases.put(bench.database, "x", "b", at=2, reason="r")
        aliases.put(bench.database, "b", "c", at=3, reason="r")
    assert aliases.of(bench.database, ["a", "b", "c", "x", "nobody"]) == {"a": "c", "b": "c", "x": "c"}
    assert aliases.heir(bench.database, "a") == "c"
    assert aliases.heir(bench.database, "c") == "c"
    assert aliases.merged_into(bench.database, "c") == ["a", "b", "x"]


def test_asking_for_nobody_finds_nobody(bench):
    assert aliases.of(bench.database, []) == {}
