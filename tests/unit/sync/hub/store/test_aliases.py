"""Aliases: one hop to the heir, whatever was merged into whom before."""

from sync.hub.store import aliases
from sync.hub.store.aliases import Merge
from sync.hub.store.steps import transaction


def test_every_alias_points_at_the_last_heir(bench):
    with transaction(bench.database):
        aliases.put(bench.database, Merge("a", "b", 1, "r"))
        aliases.put(bench.database, Merge("x", "b", 2, "r"))
        aliases.put(bench.database, Merge("b", "c", 3, "r"))
    assert aliases.of(bench.database, ["a", "b", "c", "x", "nobody"]) == {"a": "c", "b": "c", "x": "c"}
    assert aliases.heir(bench.database, "a") == "c"
    assert aliases.heir(bench.database, "c") == "c"
    assert aliases.merged_into(bench.database, "c") == ["a", "b", "x"]


def test_asking_for_nobody_finds_nobody(bench):
    assert aliases.of(bench.database, []) == {}


def test_the_newest_merges_say_who_the_heir_is_now(bench):
    with transaction(bench.database):
        for made in (Merge("a", "b", 1, "r"), Merge("x", "c", 2, "s"), Merge("b", "c", 2, "t")):
            aliases.put(bench.database, made)
    assert aliases.newest(bench.database, 3) == [
        Merge("b", "c", 2, "t"),
        Merge("x", "c", 2, "s"),
        Merge("a", "c", 1, "r"),
    ]
    assert aliases.newest(bench.database, 1) == [Merge("b", "c", 2, "t")]


def test_whom_an_heir_stands_for(bench):
    with transaction(bench.database):
        for made in (Merge("a", "b", 1, "r"), Merge("b", "c", 2, "s"), Merge("x", "y", 3, "t")):
            aliases.put(bench.database, made)
    assert aliases.groups(bench.database, ["a", "y", "nobody"]) == {
        **dict.fromkeys("abc", ("c", "a", "b")),
        **dict.fromkeys("xy", ("y", "x")),
    }
    assert aliases.groups(bench.database, []) == {}
