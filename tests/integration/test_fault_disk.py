"""The disk with faults: what a power cut leaves, how a failing call shows, and that SQLite on it is SQLite."""

from __future__ import annotations

import contextlib
import os
import sqlite3

import peewee
import pytest
from fault_disk import Disk, Fault, PowerCut, watching
from fault_vfs import on_disk

from agent.errors import CorruptDatabase, StorageBroken, StorageFull
from agent.sqlite import Statements, backup, open_database, transaction
from agent.store.heal import MARK, finish, heal
from agent.store.till_store import TillStore
from sync.hub.arrivals import Mark
from sync.hub.hub import Hub
from sync.hub.opening import open_hub
from sync.hub.store import journal, tills
from sync.hub.store.steps import Steps
from sync.wire import BootBody, NoticeBody

AT = 1_790_000_000_000


@pytest.fixture
def disk(tmp_path):
    made = Disk(str(tmp_path / "disk"))
    with watching(made):
        yield made
    made.release()


def store(disk):
    made = TillStore(f"{disk.root}/till.sqlite3", till="T1", factory=on_disk(disk))
    if not made.journal.tail.inc:
        with made.transaction():
            made.journal.append(BootBody(reason="new", store="S"), at=AT, id="boot")
    return made


def note(store):
    with store.transaction():
        return store.journal.append(NoticeBody(what="x" * 3000), at=AT, id="id").seq


def plain(path, text="new", *, sync=True):
    with open(path, "wb") as file:
        file.write(text.encode() if isinstance(text, str) else text)
        file.flush()
        if sync:
            os.fsync(file.fileno())


def test_sqlite_on_it_is_as_sqlite3(disk, tmp_path):
    seen = []
    for factory, folder in ((on_disk(disk), disk.root), (None, str(tmp_path))):
        database = open_database(f"{folder}/a.sqlite3", factory=factory)
        sql = Statements(database)
        sql.run("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB, CHECK (a > 0))")
        database.cursor().executemany("INSERT INTO t VALUES (?, ?)", [(n, b"\0\xff" * n) for n in range(1, 6)])
        found = [
            sql.run("INSERT INTO t VALUES (1, NULL) ON CONFLICT DO NOTHING"),
            sql.run("UPDATE t SET b = ? WHERE a > 3", (b"z",)),
        ]
        found += [
            sql.one("SELECT a, b FROM t"),
            sql.all("SELECT a, b FROM t ORDER BY a DESC"),
            sql.one("SELECT 1 WHERE 0"),
        ]
        found.append(list(sql.each("SELECT a FROM t WHERE a IN (?, ?)", (2, 4))))
        with transaction(database):
            found.append(database.connection().in_transaction)
        found.append(database.connection().in_transaction)
        for wrong in ("INSERT INTO t VALUES (1, NULL)", "INSERT INTO t VALUES (0, NULL)", "SELECT nothing"):
            with pytest.raises(peewee.DatabaseError) as error:
                sql.run(wrong)
            found.append((error.type, error.value.__context__.sqlite_errorcode))
        found += [sql.one(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "foreign_keys", "page_size")]
        backup(database, f"{folder}/copy.sqlite3")
        database.close()
        copy = open_database(f"{folder}/copy.sqlite3", readonly=True, factory=factory)
        found.append(Statements(copy).all("SELECT * FROM t"))
        with pytest.raises(peewee.OperationalError, match=r"readonly"):
            copy.execute_sql("DELETE FROM t")
        copy.close()
        seen.append(found)
    assert seen[0] == seen[1]


@pytest.mark.parametrize("model", ["lost", "torn", "reordered", "kept"])
def test_what_was_committed_outlives_any_cut(disk, model):
    till = store(disk)
    seqs = [note(till) for _ in range(5)]
    disk.fault = Fault(len(disk.calls) + 4, "cut")
    with pytest.raises(PowerCut):
        note(till)
    disk.restart(model)
    again = store(disk)
    assert again.journal.tail.seq == seqs[-1]
    assert note(again) == seqs[-1] + 1


def test_what_was_not_synced_is_lost_torn_or_mixed(disk):
    path = f"{disk.root}/a.sqlite3"
    seen = {}
    for model in ("lost", "torn", "reordered", "kept"):
        database = open_database(path, factory=on_disk(disk))
        database.execute_sql("PRAGMA synchronous = off")
        database.execute_sql("CREATE TABLE IF NOT EXISTS t (a)")
        database.execute_sql("INSERT INTO t VALUES (?)", (os.urandom(20_000),))
        with pytest.raises(PowerCut):
            disk.cut()
        whole = {name: os.path.getsize(f"{disk.root}/{name}") for name in ("a.sqlite3", "a.sqlite3-wal")}
        disk.restart(model)
        seen[model] = {
            name: os.path.getsize(f"{disk.root}/{name}") if os.path.exists(f"{disk.root}/{name}") else 0
            for name in whole
        }
        if model == "kept":
            assert seen[model] == whole
        for name in os.listdir(disk.root):
            os.unlink(f"{disk.root}/{name}")
        disk.sync_folder(disk.root)
    assert seen["lost"] == {"a.sqlite3": 4096, "a.sqlite3-wal": 0}
    assert 0 < sum(seen["torn"].values()) < sum(seen["kept"].values())
    assert sum(seen["reordered"].values()) > 0


def test_a_name_lasts_when_its_folder_was_synced(disk):
    a, b = f"{disk.root}/a", f"{disk.root}/b"
    plain(a, "old")
    plain(f"{b}.part")
    os.replace(f"{b}.part", b)
    os.unlink(a)
    with pytest.raises(PowerCut):
        disk.cut()
    disk.restart("lost")
    assert sorted(os.listdir(disk.root)) == ["a", "b.part"]
    os.replace(f"{b}.part", b)
    os.unlink(a)
    handle = os.open(disk.root, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    with pytest.raises(PowerCut):
        disk.cut()
    disk.restart("lost")
    assert os.listdir(disk.root) == ["b"]


def test_a_file_not_synced_is_not_there_and_a_rename_of_it_is_empty(disk):
    plain(f"{disk.root}/a", sync=False)
    plain(f"{disk.root}/b.part", sync=False)
    os.replace(f"{disk.root}/b.part", f"{disk.root}/b")
    disk.sync_folder(disk.root)
    with pytest.raises(PowerCut):
        disk.cut()
    disk.restart("lost")
    assert os.listdir(disk.root) == ["b"]
    assert os.path.getsize(f"{disk.root}/b") == 0


def test_a_dead_disk_hears_nothing(disk):
    till = store(disk)
    disk.fault = Fault(len(disk.calls) + 1, "cut")
    with pytest.raises(PowerCut):
        note(till)
    for step in (
        lambda: note(till),
        lambda: os.replace(f"{disk.root}/till.sqlite3", f"{disk.root}/x"),
        lambda: plain(f"{disk.root}/y"),
    ):
        with pytest.raises(PowerCut):
            step()
    disk.restart("kept")
    assert sorted(os.listdir(disk.root)) == ["till.sqlite3", "till.sqlite3-wal"]


@pytest.mark.parametrize("lasting", [True, False])
@pytest.mark.parametrize("what", ["full", "broken"])
def test_a_disk_that_fails_at_any_call_of_a_step(disk, what, lasting):
    till, hit = store(disk), []
    for n in range(1, 30):
        seq, ended = till.journal.tail.seq, []
        till.on_broken = lambda ended=ended: ended.append(1)
        fault = disk.fault = Fault(len(disk.calls) + n, what, lasting=lasting)
        try:
            note(till)
        except StorageFull:
            # Nothing was kept, and the same process goes on when there is room.
            assert till.journal.tail.seq == seq
            assert [row.seq for row in till.journal.all()] == list(range(1, seq + 1))
            disk.mend()
        except StorageBroken:
            # It may stand or not: the process was told to end, and the next one knows.
            assert ended == [1]
            disk.mend()
            disk.release()
            till = store(disk)
            assert till.journal.tail.seq in (seq, seq + 1)
        else:
            break
        hit.append((disk.calls[fault.n - 1].kind, bool(ended)))
        disk.mend()
        assert note(till) == till.journal.tail.seq
    assert ("sync", True) in hit
    assert ("write", what == "broken") in hit
    assert ("write", what == "full") not in hit


def test_a_failed_sync_never_comes_true(disk):
    path = f"{disk.root}/a"
    plain(path, "first")
    disk.fault = Fault(len(disk.calls) + 1, "broken")
    with pytest.raises(OSError, match="Input/output"):
        plain(path, "second")
    disk.mend()
    with pytest.raises(PowerCut):
        disk.cut()
    disk.restart("lost")
    with open(path, encoding="utf-8") as file:
        assert file.read() == "first"


@pytest.mark.parametrize("what", ["full", "broken"])
def test_a_database_that_could_not_be_made_whole_is_not_there(disk, what):
    """Its pages come out of the log when it is closed, and closing tells no errors."""
    path, n = f"{disk.root}/till.sqlite3", 0
    while True:
        n += 1
        disk.fault = Fault(len(disk.calls) + n, what, lasting=True)
        try:
            store(disk).close()
        except (StorageFull, StorageBroken):
            disk.mend()
            disk.release()
            made = store(disk)
            assert made.journal.tail.inc == 1
            made.close()
        else:
            break
        for name in os.listdir(disk.root):
            os.unlink(f"{disk.root}/{name}")
    assert n > 50
    assert os.path.exists(path)


@pytest.mark.parametrize("what", ["cut", "full", "broken"])
def test_a_heal_that_is_stopped_anywhere_loses_nothing_and_keeps_its_mark(disk, what):
    path, n = f"{disk.root}/till.sqlite3", 0
    till = store(disk)
    for _ in range(3):
        note(till)
    till.close()
    spoiled = without_members(path)
    while True:
        n += 1 if what == "cut" else 5
        for name in os.listdir(disk.root):
            os.unlink(f"{disk.root}/{name}")
        plain(path, spoiled)
        disk.sync_folder(disk.root)
        disk.fault = Fault(len(disk.calls) + n, what, lasting=True)
        try:
            heal(path, [], now_ms=AT, factory=on_disk(disk))
            stopped = False
        except (StorageFull, StorageBroken):
            stopped = True
            disk.mend()
            disk.release()
        except PowerCut:
            stopped = True
            disk.restart("reordered")
        if stopped:
            finish(path)
            if os.path.exists(path):
                try:
                    store(disk).close()
                except CorruptDatabase:
                    heal(path, [], now_ms=AT + n, factory=on_disk(disk))
        disk.mend()
        healed = store(disk)
        assert healed.meta.get(MARK) == "1", f"call {n}: {disk.calls[-1]}"
        assert healed.journal.tail.seq == 4, f"call {n}"
        healed.close()
        if not stopped:
            break
    assert n > 50


def test_a_failed_write_ends_the_hub_whoever_asked(disk):
    path = f"{disk.root}/hub.sqlite3"
    database, keys = open_hub(path, chance=bytes, factory=on_disk(disk))
    steps, told = Steps(database), []
    steps.on_broken = lambda: told.append(1)
    hub = Hub(database, keys=keys, clock=lambda: AT, steps=steps)
    with transaction(database):
        tills.save(database, tills.Till(till="T1", store="S", added=AT))
        journal.advance(database, Mark("T1", 1, wm=5), at=AT)
    disk.fault = Fault(len(disk.calls) + 1, "broken")
    with pytest.raises(StorageBroken):
        hub.durable([("T1", 1, 5)])
    assert told == [1]


def without_members(path):
    """The database's bytes with the page of one table gone, as a bad sector takes it."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        page = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'member'").fetchone()[0]
    with open(path, "rb") as file:
        data = bytearray(file.read())
    data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    return bytes(data)
