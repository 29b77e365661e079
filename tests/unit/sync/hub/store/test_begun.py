"""Copies under way: kept whole, found by their token, no more than a number."""

from sync.hub.store import begun
from sync.hub.store.begun import KEPT, Begun
from sync.hub.store.steps import transaction


def test_what_was_begun_is_found_until_it_is_dropped(database):
    made = Begun("abc", 7, 3, (("T1", 1, 2**40), ("Касса", 2, 5)))
    with transaction(database):
        begun.add(database, made)
    assert begun.find(database, "abc") == made
    assert begun.find(database, "other") is None
    with transaction(database):
        begun.drop(database, "abc")
    assert begun.find(database, "abc") is None


def test_only_the_newest_are_kept(database, sql):
    for n in range(KEPT + 3):
        with transaction(database):
            begun.add(database, Begun(f"t{n}", n, 1))
    assert {row[0] for row in sql("SELECT token FROM begun")} == {f"t{n}" for n in range(3, KEPT + 3)}
