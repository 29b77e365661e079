"""What every synchronous standby has may be forgotten by tills: by a real server and standby."""

import contextlib

import pytest
from hub_kit import Bench, Pen
from pg_kit import Databases, used

from sync.hub.mirroring import Mirror
from sync.hub.standing import standing
from sync.hub.store.steps import Steps


@pytest.fixture
def bench(pair, tmp_path):
    with contextlib.closing(Databases(pair.primary.dsn("postgres"))) as databases, used(databases):
        bench = Bench(tmp_path / "hub.db")
        yield bench
        bench.close()


@pytest.fixture
def mirror(bench):
    return Mirror(bench.database, Steps(bench.database))


def note(mirror, tries=10_000):
    """Until something was noted."""
    return next((count for _ in range(tries) if (count := mirror.note())), 0)


def test_a_mark_that_reached_the_standby_is_durable(bench, mirror):
    pen, other = Pen("t1", clock=bench.clock), Pen("t2", clock=bench.clock)
    for _ in range(3):
        pen.boot()
    other.boot()
    assert (bench.push(pen).durable, bench.push(other).durable) == (0, 0)
    assert standing(bench.database)["standby"] == "synchronous"
    assert note(mirror) == 2
    assert bench.sql("SELECT till, wm, durable FROM watermark ORDER BY till") == [("t1", 3, 3), ("t2", 1, 1)]
    assert mirror.note() == 0
    pen.boot()
    answer = bench.push(pen)
    assert (answer.wm, answer.durable) == (4, 3)


def test_a_mark_on_its_way_waits_until_it_has_arrived(pair, bench, mirror):
    pen = Pen("t1", clock=bench.clock)
    pen.boot()
    bench.push(pen)
    assert note(mirror) == 1
    with pair.held():
        pen.boot()
        bench.push(pen)
        assert {mirror.note() for _ in range(20)} == {0}
        # Applied since: not part of what is waited for.
        pen.boot()
        assert bench.push(pen).durable == 1
    # The mark that waited, then the one that was read after it.
    noted = note(mirror)
    assert noted == 2 or note(mirror) == 1
    assert bench.sql("SELECT wm, durable FROM watermark") == [(3, 3)]


def test_a_standby_that_nobody_waits_for_makes_nothing_durable(pair, bench, mirror):
    pen = Pen("t1", clock=bench.clock)
    pen.boot()
    bench.push(pen)
    try:
        pair.synchronous("nobody", "async")
        assert {mirror.note() for _ in range(5)} == {0}
    finally:
        pair.synchronous("*", "sync")
    assert note(mirror) == 1


def test_marks_of_another_timeline_are_forgotten(bench, mirror):
    pen = Pen("t1", clock=bench.clock)
    pen.boot()
    bench.push(pen)
    seen = mirror._read()
    mirror._seen = seen._replace(end=seen.end._replace(timeline="0000000F"))
    assert mirror._settle() == 0
    assert mirror._seen is None
    assert bench.sql("SELECT durable FROM watermark") == [(0,)]


def test_a_server_alone_makes_nothing_durable(server, tmp_path):
    with used(server):
        bench = Bench(tmp_path / "hub.db")
        pen = Pen("t1", clock=bench.clock)
        pen.boot()
        bench.push(pen)
        assert Mirror(bench.database, Steps(bench.database)).note() == 0
        assert bench.sql("SELECT durable FROM watermark") == [(0,)]
        bench.close()
