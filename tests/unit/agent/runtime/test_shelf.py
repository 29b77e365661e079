"""Which programme is in force at a moment."""

from dataclasses import dataclass

from agent.runtime.shelf import Shelf


@dataclass(frozen=True)
class Version:
    version: int


def test_the_latest_begun_is_in_force():
    shelf = Shelf(Version(0))
    shelf.put_all([(Version(2), 200), (Version(1), 100)])
    assert [shelf.at(moment).version for moment in (0, 99, 100, 199, 200, 10**15)] == [0, 0, 1, 1, 2, 2]


def test_the_same_version_again_replaces_it():
    shelf = Shelf(Version(0))
    shelf.put(Version(1), 100)
    shelf.put(Version(1), 300)
    assert shelf.at(200).version == 0


def test_of_two_that_begin_together_the_higher_version_stands():
    shelf = Shelf(Version(0))
    shelf.put(Version(2), 100)
    shelf.put(Version(1), 100)
    assert shelf.at(100).version == 2
