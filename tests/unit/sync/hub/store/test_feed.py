"""The feed: no gap, in order, a lost row is told, and what is announced is published once, whoever comes by."""

import threading

import pytest

from sync.hub.store import feed
from sync.hub.store.feed import By, News
from sync.hub.store.server import Server
from sync.hub.store.steps import Steps, transaction

SERVER = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


def tell(database, by, *names, recalls=()):
    """Announce members in one step; publish where that is a step of its own."""
    Steps(database).run(lambda: feed.announce(database, [News(name, recalls) for name in names], by))
    if isinstance(database, Server):
        Steps(database).run(lambda: feed.publish(database))


def test_pages(database):
    tell(database, By("t1", 1, 1))
    assert feed.last(database) == 0
    tell(database, By("t1", 1, 2), "a", "b")
    tell(database, By("t1", 1, 3), "a", recalls=("x", "y"))
    assert feed.last(database) == 3
    assert feed.after(database, 0, 2) == [(1, "a", ()), (2, "b", ())]
    assert feed.after(database, 2, 9) == [(3, "a", ("x", "y"))]
    assert feed.after(database, 3, 9) == []
    assert not feed.is_due(database)


def test_a_lost_row_is_told(database):
    tell(database, By("t1", 1, 1), "a", "b", "c")
    database.execute_sql("DELETE FROM feed WHERE rev = 2")
    assert feed.after(database, 0, 1) == [(1, "a", ())]
    with pytest.raises(feed.FeedGap) as gap:
        feed.after(database, 0, 9)
    assert (gap.value.after, gap.value.found) == (1, 3)


@SERVER
def test_what_is_not_committed_gets_no_number(database):
    """The step that began first ends last: its member is not passed over, and nobody waits for it."""
    began, go = threading.Event(), threading.Event()

    def slow():
        with transaction(database):
            feed.announce(database, [News("slow")], By("t1", 1, 1))
            began.set()
            assert go.wait(60)

    thread = threading.Thread(target=slow)
    thread.start()
    assert began.wait(60)
    tell(database, By("t2", 1, 1), "quick")
    assert feed.after(database, 0, 9) == [(1, "quick", ())]
    go.set()
    thread.join(60)
    assert feed.is_due(database)
    with transaction(database):
        assert feed.publish(database) == 1
    assert feed.after(database, 1, 9) == [(2, "slow", ())]


@SERVER
def test_one_publisher_at_a_time_and_the_others_do_not_wait(database):
    with transaction(database):
        feed.announce(database, [News("a")], By("t1", 1, 1))
    found = []

    def other():
        with transaction(database):
            found.append(feed.publish(database))

    with transaction(database):
        assert feed.publish(database) == 1
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(60)
    assert found == [0]
    assert feed.after(database, 0, 9) == [(1, "a", ())]


@SERVER
def test_very_many_are_published_by_and_by(database, monkeypatch):
    monkeypatch.setattr(feed, "MOST", 3)
    with transaction(database):
        feed.announce(database, [News(f"m{n}") for n in range(7)], By("t1", 1, 1))
    moved = [Steps(database).run(lambda: feed.publish(database)) for _ in range(4)]
    assert moved == [3, 3, 1, 0]
    assert [row.member for row in feed.after(database, 0, 99)] == [f"m{n}" for n in range(7)]


@SERVER
def test_many_writers_and_publishers_leave_no_gap_and_lose_nothing(database):
    """The trial in which a cursor on a serial loses rows."""

    def write(till):
        steps = Steps(database)
        for n in range(25):
            steps.run(lambda n=n: feed.announce(database, [News(f"{till}-{n}")], By(till, 1, n)))
            steps.run(lambda: feed.publish(database))

    threads = [threading.Thread(target=write, args=[f"t{n}"]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    while Steps(database).run(lambda: feed.publish(database)):
        pass
    rows = feed.after(database, 0, 999)
    assert [row.rev for row in rows] == list(range(1, 151))
    assert sorted(row.member for row in rows) == sorted(f"t{n}-{k}" for n in range(6) for k in range(25))
    database.close()
