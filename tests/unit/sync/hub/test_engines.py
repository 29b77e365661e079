"""A service on either engine; on a server two of them stand for two processes: nothing but the database joins them."""

import threading
import time

import msgspec
import pytest
from hub_kit import UNIT, Pen
from served_hub import ServedHub, signer_of

from sync.calls import HubCalls
from sync.hub import wiring
from sync.hub.engines import FileEngine, ServerEngine, Writers
from sync.transport import HttpTransport
from sync.wire import PushAnswer


@pytest.fixture
def hub(engine, tmp_path):
    before = set(threading.enumerate())
    hub = ServedHub(tmp_path)
    yield hub
    hub.audit()
    hub.stop()
    assert {thread.name for thread in set(threading.enumerate()) - before} == set()


@pytest.fixture
def second(hub, tmp_path):
    second = ServedHub(tmp_path)
    second._nonces = iter(range(10**6, 10**7))
    yield second
    second.stop()


def calls_of(hub, till):
    return HubCalls(
        HttpTransport(hub.base, monotonic=time.monotonic),
        till=till,
        signer=signer_of(till),
        now_ms=wiring.clock,
        nonce=lambda: f"n-{next(hub._nonces)}",
    )


def test_it_serves_and_does_its_jobs(hub, engine):
    assert isinstance(hub.service.engine, FileEngine if engine == "sqlite" else ServerEngine)
    assert hub.ask("GET", "/v1/health").json["engine"] == engine
    hub.enrol("t1")
    pen = hub.pen()
    pen.boot()
    for n in range(60):
        pen.sale(f"m{n % 7}", earn=5)
    pen.want("m1", 20)
    answer = msgspec.json.decode(hub.push(pen).body, type=PushAnswer)
    assert (answer.wm, answer.leases[0].grant.granted) == (62, 20)
    assert len(calls_of(hub, "t1").changes("").members) == 7
    for job in ("new-day", "review", *(["standby"] if engine == "postgresql" else [])):
        hub.service.jobs.run(job)
    assert set(hub.service.jobs.failures.values()) == {0}
    assert hub.service.beats(within_s=20)
    with hub.service.engine.apart() as reader:
        assert reader.execute_sql("SELECT count(*) FROM sale").fetchone() == (60,)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_tills_push_to_several_processes_at_once(hub, second):
    """Eight tills, four members, each batch twice and to either hub: every record once, every sum exact."""
    tills = [f"w{n}" for n in range(8)]
    for till in tills:
        hub.enrol(till)

    def write(till):
        pen, lines = Pen(till, clock=wiring.clock), [calls_of(one, till) for one in (hub, second)]
        for n in range(6):
            for k in range(30):
                pen.sale(f"m{k % 4}", earn=1)
            pen.want(f"m{n % 4}", 3)
            head, records = pen.batch()
            assert [line.push(head, records).wm for line in lines] == [head.last, head.last]

    writers = [threading.Thread(target=write, args=[till]) for till in tills]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    rows = hub.sql("SELECT member, posted - debt FROM account ORDER BY member")
    assert sum(balance for _, balance in rows) == 8 * 6 * 30
    assert hub.sql("SELECT count(*) FROM sale") == [(8 * 6 * 30,)]
    assert hub.sql("SELECT count(*) FROM record") == [(8 * 6 * 31,)]
    second.service.hub.publish()
    assert hub.sql("SELECT count(*) FROM pending") == [(0,)]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_poll_hears_what_another_process_was_told(hub, second):
    """A till that holds everything listens at one process; the wish that recalls it comes to the other."""
    for till in ("t1", "t2"):
        hub.enrol(till)
    first = hub.pen("t1")
    first.sale("m1", earn=50, lot="a")
    first.want("m1", 50)
    grant = calls_of(hub, "t1").push(*first.batch()).leases[0].grant
    listening = calls_of(hub, "t1")
    cursor = listening.changes("").cursor
    found = []
    poll = threading.Thread(target=lambda: found.append(listening.changes(cursor, wait_s=20)))
    poll.start()
    other = second.pen("t2")
    other.want("m1", 50)
    assert calls_of(second, "t2").push(*other.batch()).leases[0].refused == "recalling"
    poll.join(30)
    assert found[0].revokes == (grant.id,)
    assert found[0].members[0].leased == {UNIT: 50}
    assert listening.changes(found[0].cursor).revokes == ()
    assert listening.changes("").revokes == (grant.id,)


def test_writers_work_side_by_side():
    writers = Writers()
    both = threading.Barrier(2)
    waiting = [writers.submit(both.wait, 20) for _ in range(2)]
    assert sorted(one.result(20) for one in waiting) == [0, 1]
    assert writers.call(lambda: 7) == 7
    writers.close()
