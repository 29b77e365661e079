"""A step on either engine: whole or not at all, run again where a server stumbles, one moment for a reader."""

import threading

import peewee
import psycopg
import pytest

from agent.errors import Unavailable
from sync.hub.store import meta, steps
from sync.hub.store.server import Server
from sync.hub.store.steps import Steps, snapshot, transaction


def test_whole_or_not_at_all(database):
    assert Steps(database).run(lambda: meta.write(database, "a", "1") or 7) == 7
    with pytest.raises(ZeroDivisionError):
        Steps(database).run(lambda: (meta.write(database, "a", "2"), 1 / 0))
    assert meta.read(database, "a") == "1"
    with pytest.raises(RuntimeError), transaction(database), transaction(database):
        pass


def test_a_snapshot_is_one_moment(database):
    with snapshot(database):
        assert meta.read(database, "a") is None
        if isinstance(database, Server):
            other = threading.Thread(target=lambda: meta.write(database, "a", "1"))
            other.start()
            other.join(30)
        assert meta.read(database, "a") is None


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_server_that_stumbles_is_asked_again(database):
    calls, waited = [], []

    def stumbling(times):
        calls.append(1)
        meta.write(database, "a", str(len(calls)))
        if len(calls) <= times:
            raise peewee.OperationalError(psycopg.errors.DeadlockDetected("x"))
        return len(calls)

    assert Steps(database, pause=waited.append).run(lambda: stumbling(2)) == 3
    assert (waited, meta.read(database, "a")) == ([1, 2], "3")
    calls.clear()
    with pytest.raises(Unavailable, match="database-away"):
        Steps(database).run(lambda: stumbling(99))
    assert (len(calls), meta.read(database, "a")) == (steps.TRIES, "3")


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_connection_that_ends_in_the_middle(database, server):
    """The step is run again on another connection, and leaves what one run leaves."""
    ended = []

    def work():
        meta.count_up(database, "n")
        if not ended:
            ended.append(database.execute_sql("SELECT pg_backend_pid()").fetchone()[0])
            with psycopg.connect(server.dsn, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (ended[0],))
        meta.count_up(database, "n")

    Steps(database).run(work)
    assert meta.read(database, "n") == "2"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_fault_of_the_code_is_not_repeated(database):
    calls = []
    with pytest.raises(peewee.ProgrammingError):
        Steps(database).run(lambda: (calls.append(1), database.execute_sql("SELECT nothing")))
    assert calls == [1]


def test_two_counters_at_once_skip_nothing(database, engine):
    if engine == "sqlite":
        numbers = [meta.count_up(database, "n") for _ in range(20)]
    else:
        numbers = []
        steps_ = Steps(database)
        threads = [
            threading.Thread(target=lambda: numbers.append(steps_.run(lambda: meta.count_up(database, "n"))))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert sorted(numbers) == list(range(1, 21))
