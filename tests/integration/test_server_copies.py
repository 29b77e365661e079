"""What tills may forget of a hub on a server: by a standby that is promoted, and by the server's own dumps, put back elsewhere."""

import signal

import psycopg
import pytest
from hub_kit import Bench, Pen
from pg_kit import QUIET, Cluster, Pair, used

from sync.hub import cli
from sync.hub.mirroring import Mirror
from sync.hub.store import journal
from sync.hub.store.steps import Steps


class There:
    """Hubs made meanwhile are this one database."""

    def __init__(self, dsn):
        self.dsn = dsn

    def at(self, _path):
        return self.dsn

    def release(self):
        pass


@pytest.fixture
def pair():
    made = Pair()
    yield made
    made.remove()


@pytest.fixture
def cluster():
    made = Cluster(options=QUIET)
    try:
        yield made.start()
    finally:
        made.remove()


@pytest.fixture
def command(capsys, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")

    def call(dsn, *words):
        code = cli.main(["--database", dsn, *words])
        return code, capsys.readouterr().out.strip()

    return call


def written(bench, pens, count):
    """Each till sells and pushes; its last answer."""
    for pen in pens:
        for _ in range(count):
            pen.sale("m1", earn=5)
    return {pen.till: bench.push(pen) for pen in pens}


def test_what_was_durable_is_there_when_the_standby_is_promoted(pair, command):
    with used(There(pair.dsn)):
        bench = Bench("hub")
    pens = [Pen(till, clock=bench.clock) for till in ("t1", "t2")]
    mirror = Mirror(bench.database, Steps(bench.database))
    written(bench, pens, 3)
    assert next(count for _ in range(10_000) if (count := mirror.note())) == 2
    told = {till: answer.durable for till, answer in written(bench, pens, 1).items()}
    assert told == {"t1": 3, "t2": 3}
    with pair.held():
        lost = written(bench, pens, 4)
        # Seen, and on its way to a standby that hears nothing: what is asked for now was never told as durable.
        assert {mirror.note() for _ in range(5)} == {0}
        pair.primary.stop(signal.SIGQUIT)
    pair.second.run("pg_ctl", "promote", "-w", "-D", pair.second.data)
    assert {mirror.note() for _ in range(5)} == {0}, "marks of the lost server stand for nothing on the new one"
    assert command(pair.dsn, "new-epoch", "--reason", "promoted")[0] == 0
    for pen in pens:
        there = journal.mark(bench.database, pen.till, 1)
        assert told[pen.till] <= there.durable <= there.wm <= lost[pen.till].wm
        assert journal.hash_at(bench.database, pen.till, 1, told[pen.till]) == pen.hashes[told[pen.till]]
        answer = bench.push(pen, first=told[pen.till] + 1, wrong={"epoch": 2, "end": True}.items())
        assert (answer.wm, answer.fork) == (lost[pen.till].wm, False)
    # The new server has no standby yet: nothing more may be forgotten.
    assert mirror.note() == 0
    assert bench.account("m1")[0] == 5 * 2 * 8
    bench.audit()
    bench.close()


def test_a_dump_counts_when_it_was_begun_after_its_token(cluster, command):
    dsn = cluster.dsn("postgres")
    with used(There(dsn)):
        bench = Bench("hub")
    pens = [Pen(till, clock=bench.clock) for till in ("t1", "t2")]
    written(bench, pens, 2)

    def dumped(name):
        with psycopg.connect(dsn, autocommit=True) as asked:
            asked.execute(f"CREATE DATABASE {name}")
        cluster.run("pg_dump", "-Fc", "-f", f"{cluster.folder}/{name}", dsn)
        cluster.run("pg_restore", "--exit-on-error", "-d", cluster.dsn(name), f"{cluster.folder}/{name}")
        return cluster.dsn(name)

    older = dumped("older")
    code, token = command(dsn, "backed-up", "begin")
    assert code == 0
    written(bench, pens, 1)
    copy = dumped("copy")
    assert [command(one, "backed-up", "check", token)[0] for one in (copy, older)] == [0, 66]
    assert {answer.durable for answer in written(bench, pens, 1).values()} == {0}
    assert command(dsn, "backed-up", "done", token)[0] == 0
    assert {answer.durable for answer in written(bench, pens, 1).values()} == {2}
    with used(There(copy)):
        restored = Bench("copy")
    for pen in pens:
        assert journal.mark(restored.database, pen.till, 1).wm == 3
        assert journal.hash_at(restored.database, pen.till, 1, 2) == pen.hashes[2]
    restored.close()
    bench.close()
