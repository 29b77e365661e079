"""Pushes of several tills in one transaction: each stands or falls alone, none is answered before the commit."""

import asyncio
import os
import signal
import subprocess
import sys
import threading

import msgspec
import pg_kit
import pytest
from hub_kit import Bench, Pen

from agent.errors import Forbidden, StorageBroken, StorageFull, Unauthorised
from agent.sqlite import ThreadWriter, open_database
from sync.hub import group as module
from sync.hub.group import Group
from sync.hub.reception import BadPush

TILLS = 8


class Clock:
    """Monotonic milliseconds that go on by `step` at each look."""

    def __init__(self, step=0):
        self.now_ms, self.step = 0, step

    def __call__(self):
        self.now_ms += self.step
        return self.now_ms


class Desk:
    """A hub on a file with a writer that can be held up, so that pushes gather; `log` has the statements of the writer."""

    def __init__(self, path, clock=None):
        self.bench = Bench(path, stores=("s1",) * TILLS)
        self.pens = [Pen(f"t{n}", clock=self.bench.clock) for n in range(1, TILLS + 1)]
        self.writer = ThreadWriter()
        self.group = Group(self.bench.hub, self.writer.pool, monotonic_ms=clock or Clock())
        self.log = []
        self.bench.database.connection().set_trace_callback(self.log.append)

    def push(self, *batches):
        """All of them while the writer is busy; answers or errors in order."""

        async def run():
            free = threading.Event()
            self.writer.submit(free.wait)
            pushes = [asyncio.ensure_future(self.group.push(*batch)) for batch in batches]
            await asyncio.sleep(0)
            free.set()
            return await asyncio.gather(*pushes, return_exceptions=True)

        return asyncio.run(run())

    @property
    def commits(self):
        return self.log.count("COMMIT")

    def marks(self):
        return dict(self.bench.sql("SELECT till, wm FROM watermark ORDER BY till"))


@pytest.fixture(autouse=True)
def in_files():
    """A server has several writers instead."""
    with pg_kit.used(None):
        yield


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path / "hub.db")
    yield desk
    desk.writer.close()
    desk.bench.audit()
    desk.bench.close()


def batch(pen, sales=1, earn=5):
    for _ in range(sales):
        pen.sale("m1", earn=earn)
    return (pen.till, *pen.batch())


def test_who_waits_for_the_writer_shares_a_commit(desk):
    answers = desk.push(*map(batch, desk.pens))
    assert [answer.wm for answer in answers] == [1] * TILLS
    assert desk.commits == 1
    assert desk.bench.account("m1") == (5 * TILLS, 0, 0)


def test_a_lone_push_goes_alone_and_at_once(desk):
    answer = asyncio.run(desk.group.push(*batch(desk.pens[0])))
    assert (answer.wm, desk.commits) == (1, 1)


def test_one_till_may_wait_twice(desk):
    pen = desk.pens[0]
    answers = desk.push(batch(pen), batch(pen), batch(desk.pens[1]))
    assert [answer.wm for answer in answers] == [1, 2, 1]
    assert desk.commits == 1


def test_what_is_refused_or_fails_leaves_nothing_and_takes_nobody_along(desk, monkeypatch):
    one, two, three, four, five = map(batch, desk.pens[:5])
    bad_chain = (two[0], msgspec.structs.replace(two[1], hash="0" * 64), two[2])
    other_till = ("t4", *three[1:])
    real = desk.bench.hub._answer

    def answer(till, *args, **more):
        # After everything was written, as a fault of the code would be.
        if till.till == "t5":
            raise ZeroDivisionError
        return real(till, *args, **more)

    monkeypatch.setattr(desk.bench.hub, "_answer", answer)
    answers = desk.push(one, bad_chain, other_till, ("t9", *four[1:]), five, four)
    kinds = [type(answer) for answer in answers[1:5]]
    assert kinds == [BadPush, Forbidden, Unauthorised, ZeroDivisionError]
    assert desk.marks() == {"t1": 1, "t4": 1}
    assert desk.commits == 1
    assert desk.bench.account("m1") == (10, 0, 0)
    assert desk.bench.sql("SELECT count(*) FROM record") == [(2,)]
    monkeypatch.undo()
    assert [answer.wm for answer in desk.push(two, three, five)] == [1, 1, 1]
    assert desk.bench.account("m1") == (25, 0, 0)


def test_an_answer_goes_out_after_the_commit(desk, tmp_path):
    reader = open_database(str(tmp_path / "hub.db"), readonly=True)
    seen = []

    async def one(pen):
        answer = await desk.group.push(*batch(pen))
        rows = reader.execute_sql("SELECT wm FROM watermark WHERE till = ?", (pen.till,)).fetchall()
        seen.append(rows == [(answer.wm,)])

    async def run():
        free = threading.Event()
        desk.writer.submit(free.wait)
        work = [asyncio.ensure_future(one(pen)) for pen in desk.pens]
        await asyncio.sleep(0)
        free.set()
        await asyncio.gather(*work)

    asyncio.run(run())
    reader.close()
    assert seen == [True] * TILLS


def test_a_group_is_bounded_by_records(desk, monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORDS", 6)
    desk.push(*(batch(pen, sales=3) for pen in desk.pens))
    assert desk.commits == TILLS // 2
    assert set(desk.marks().values()) == {3}


def test_a_group_is_bounded_by_time(tmp_path):
    desk = Desk(tmp_path / "slow.db", Clock(step=module.MAX_MS))
    try:
        desk.push(*map(batch, desk.pens))
        assert desk.commits == TILLS
    finally:
        desk.writer.close()
        desk.bench.close()


def test_who_gave_up_waiting_is_passed_over(desk):
    async def run():
        free = threading.Event()
        desk.writer.submit(free.wait)
        first, second = (asyncio.ensure_future(desk.group.push(*batch(pen))) for pen in desk.pens[:2])
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        free.set()
        return await second

    assert asyncio.run(run()).wm == 1
    assert desk.marks() == {"t2": 1}


@pytest.mark.parametrize(("fault", "tries"), [(StorageFull, 1 + TILLS), (StorageBroken, 1)])
def test_the_disk_concerns_all(desk, monkeypatch, fault, tries):
    """A full disk may still have room for a smaller step; a broken one is not asked again."""
    real, calls = desk.bench.hub.push_all, []

    def push_all(asked):
        calls.append(1)
        asked = list(asked)
        if len(asked) > 1 or fault is StorageBroken:
            raise fault(path="hub.db")
        return real(asked)

    monkeypatch.setattr(desk.bench.hub, "push_all", push_all)
    answers = desk.push(*map(batch, desk.pens))
    assert len(calls) == tries
    if fault is StorageBroken:
        assert [type(answer) for answer in answers] == [StorageBroken] * TILLS
        assert desk.marks() == {}
    else:
        assert [answer.wm for answer in answers] == [1] * TILLS


KILLED = """
import os, signal, sys
sys.path[:0] = {paths!r}
from hub_kit import Bench, Pen
bench = Bench({path!r}, stores=("s1",) * 3)
def asked():
    for n in (1, 2):
        pen = Pen(f"t{{n}}", clock=bench.clock)
        pen.sale("m1", earn=5)
        yield (pen.till, *pen.batch())
    print(bench.sql("SELECT count(*) FROM record"), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
bench.hub.push_all(asked())
"""


def test_a_power_cut_between_applying_and_commit_loses_the_group_whole(tmp_path):
    path = str(tmp_path / "hub.db")
    code = KILLED.format(path=path, paths=[os.path.dirname(sys.modules["hub_kit"].__file__), os.getcwd()])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (-signal.SIGKILL, "[(2,)]"), done.stderr
    desk = Desk(path)
    try:
        assert desk.marks() == {}
        assert [answer.wm for answer in desk.push(*map(batch, desk.pens[:2]))] == [1, 1]
        assert desk.bench.account("m1") == (10, 0, 0)
        desk.bench.audit()
    finally:
        desk.writer.close()
        desk.bench.close()
