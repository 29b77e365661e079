"""Records by member in canonical order, and who waits to be worked out anew."""

from sync.hub.store import events
from sync.hub.store.events import Due, Row
from sync.hub.store.steps import transaction


def test_in_order_whatever_order_they_came_in(bench):
    with transaction(bench.database):
        events.put(bench.database, [Row("m", 9, "t1", 1, 2), Row("m", 3, "t2", 1, 7, floats=1)])
        events.put(bench.database, [Row("m", 5, "t1", 1, 1, twice=1), Row("n", 1, "t1", 1, 3)])
    assert [row.place for row in events.of(bench.database, "m", 10)] == [3, 5, 9]
    assert [row.place for row in events.of(bench.database, "m", 2)] == [3, 5]
    assert events.last_places(bench.database, ["m", "n", "nobody"]) == {"m": 9, "n": 1}
    assert events.floating(bench.database, ["m", "n"]) == {"m"}
    assert events.last_places(bench.database, []) == {}
    assert events.marks(bench.database, ["m"]) == [("t1", 1, 2), ("t2", 1, 7)]
    assert events.marks(bench.database, ["m", "n"]) == [("t1", 1, 3), ("t2", 1, 7)]


def test_asked_once_and_done(bench):
    with transaction(bench.database):
        events.ask(bench.database, [Due("m", "t1", 1, 5)])
        events.ask(bench.database, [Due("m", "t2", 1, 9), Due("n", "t2", 1, 9)])
    assert events.due(bench.database, 10) == [Due("m", "t1", 1, 5), Due("n", "t2", 1, 9)]
    assert events.due_of(bench.database, ["n", "x"]) == [Due("n", "t2", 1, 9)]
    with transaction(bench.database):
        events.done(bench.database, "m")
    assert events.due(bench.database, 10) == [Due("n", "t2", 1, 9)]
