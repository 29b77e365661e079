"""The service put together: it starts, beats, does its jobs, tells of a broken disk, and leaves no thread behind."""

import asyncio
import os
import threading

import msgspec
import pytest
from hub_kit import Pen

from agent.errors import StorageBroken, Unavailable
from agent.web.guard import Caller
from agent.web.routes import Call
from sync.hub import fleet, wiring
from sync.hub.rounds import MOST
from sync.hub.settings import Backup, Listen, Settings
from sync.hub.store import aliases, due, tills
from sync.hub.store.aliases import Merge
from sync.hub.store.steps import transaction
from sync.wire import encode


@pytest.fixture
def service(tmp_path):
    settings = Settings(
        database=str(tmp_path / "hub.db"), listen=Listen(port=0), backup=Backup(folder=str(tmp_path / "copies"))
    )
    before = set(threading.enumerate())
    service = wiring.Service(settings)
    service.start()
    yield service
    assert service.stop()
    assert {thread.name for thread in set(threading.enumerate()) - before} == set()


def test_it_beats(service):
    assert service.alive
    assert service.beats(within_s=20)


def test_the_backup_tells_what_is_durable(service, tmp_path):
    pen = Pen("t1", clock=wiring.clock)
    pen.boot()

    def push():
        with transaction(service.hub.database):
            tills.save(service.hub.database, tills.Till(till="t1", store="s1"))
        return service.hub.push(service.hub.known_till("t1"), *pen.batch())

    assert service._writer.call(push).durable == 0
    service.jobs.run("backup")
    service.jobs.run("new-day")
    service.jobs.run("fill")
    assert service._writer.call(push).durable == 1
    assert sorted(name.rpartition(".")[2] for name in os.listdir(tmp_path / "copies")) == ["db", "fleet"]
    service.jobs.run("review")
    service.jobs.run("correct")
    service.jobs.run("gather")
    assert service.jobs.failures == {"new-day": 0, "review": 0, "backup": 0, "fill": 0, "correct": 0, "gather": 0}


def test_the_database_is_its_owners_only(service, tmp_path):
    assert os.stat(tmp_path / "hub.db").st_mode & 0o077 == 0


def test_a_taken_port_leaves_nothing_open(service, tmp_path):
    with pytest.raises(Unavailable):
        wiring.Service(Settings(database=str(tmp_path / "other.db"), listen=Listen(port=service.address[1])))
    assert not (tmp_path / "other.db").exists()


def test_a_broken_disk_ends_the_service(tmp_path):
    """The push itself answers a fault that may be retried; the process is told to end."""
    told = threading.Event()
    service = wiring.Service(Settings(database=str(tmp_path / "hub.db"), listen=Listen(port=0)), on_broken=told.set)
    service.start()

    def broken(*_):
        raise StorageBroken(path="hub.db", problem="EIO")

    with transaction(service.hub.database):
        tills.save(service.hub.database, tills.Till(till="t1", store="s1"))
    service.hub.push_all = broken
    head, _ = Pen("t1").batch()
    with pytest.raises(StorageBroken):
        asyncio.run(service.api.push(Call(body=encode(head), query=None, caller=Caller(name="t1"))))
    assert told.is_set()
    assert service.broken
    assert service.stop()


def test_a_job_that_meets_a_broken_disk_ends_the_service_too(tmp_path, monkeypatch):
    """No call waits for it, and the next sync would say that all is well."""
    told = threading.Event()
    service = wiring.Service(Settings(database=str(tmp_path / "hub.db"), listen=Listen(port=0)), on_broken=told.set)
    service.start()

    def broken(*_):
        raise StorageBroken(path="hub.db", problem="EIO")

    monkeypatch.setattr(due, "members", broken)
    service.jobs.run("new-day")
    assert service.jobs.failures["new-day"] == 1
    assert told.is_set()
    assert service.stop()


def test_a_job_that_gets_nowhere_ends_all_the_same(service):
    count = iter(range(10**6))
    service._in_steps("spin", lambda: next(count) + 1, 60).work()
    assert next(count) == MOST


def test_a_start_writes_the_file_outside_as_the_database_stands(tmp_path):
    """A merge whose commit was cut off stands in the file only; a till that was added has not been written."""
    settings = Settings(database=str(tmp_path / "hub.db"), listen=Listen(port=0))
    engine, let_go = wiring.engine_alone(settings)
    with transaction(engine.database):
        aliases.put(engine.database, Merge("a", "b", 1, "r"))
        tills.save(engine.database, tills.Till(till="t1", store="s1", public_key="k"))
    engine.close()
    let_go()
    (path,) = settings.fleet_files
    ahead = fleet.read(path)
    fleet.write(path, msgspec.structs.replace(ahead, merges=(Merge("c", "d", 2, "cut off"),)))
    engine, let_go = wiring.engine_alone(settings)
    engine.close()
    let_go()
    found = fleet.read(path)
    assert (found.merges, [one.till for one in found.tills]) == ((Merge("a", "b", 1, "r"),), ["t1"])
