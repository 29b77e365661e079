"""Merges that wait to be made again: in order, some at a time."""

from sync.hub.store import merges
from sync.hub.store.aliases import Merge


def test_they_come_in_the_order_they_were_made_and_each_once(database):
    first, second, third = Merge("b", "c", 1, "r"), Merge("a", "c", 2, "s"), Merge("x", "y", 2, "t")
    merges.put(database, [third, second, first])
    assert merges.left(database) == 3
    assert merges.due(database, 2) == [first, second]
    merges.done(database, [first, second])
    assert merges.due(database, 2) == [third]
    assert merges.left(database) == 1


def test_a_second_restore_waits_with_its_own(database):
    merges.put(database, [Merge("a", "b", 1, "r")])
    merges.put(database, [Merge("c", "d", 2, "r")])
    assert merges.due(database, 9) == [Merge("c", "d", 2, "r")]
    merges.put(database, [])
    assert merges.left(database) == 0
