"""Made whole or not at all; copied before a change; a failing step leaves the old version whole."""

from __future__ import annotations

import os
import sqlite3
import threading

import pytest

from agent.errors import CorruptDatabase, NewerDatabase, StorageBroken, StorageFull
from agent.sqlite import backup, migrate, open_database, open_migrated, transaction


def one(database):
    database.execute_sql("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    database.execute_sql("INSERT INTO t VALUES (1)")


def two(database):
    database.execute_sql("ALTER TABLE t ADD COLUMN word TEXT")
    database.execute_sql("INSERT INTO t VALUES (2, 'two')")


def three(database):
    database.execute_sql("CREATE TABLE u (n INTEGER)")


def failing(database):
    database.execute_sql("CREATE TABLE half (n INTEGER)")
    database.execute_sql("DELETE FROM t")
    raise ValueError("a step that fails")


def full(database):
    database.execute_sql("PRAGMA max_page_count = 20")
    database.execute_sql("CREATE TABLE big (data BLOB)")
    database.execute_sql("INSERT INTO big VALUES (zeroblob(1000000))")


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "a.db")


def made(path, steps, version=None):
    database = open_migrated(path, steps)
    if version is not None:
        database.execute_sql(f"PRAGMA user_version = {version}")
    database.close()


def seen(path):
    with sqlite3.connect(path) as database:
        tables = sorted(row[0] for row in database.execute("SELECT name FROM sqlite_master"))
        found = (
            database.execute("PRAGMA user_version").fetchone()[0],
            tables,
            len(database.execute("SELECT n FROM t").fetchall()),
        )
    database.close()
    return found


def test_a_new_one_is_whole_and_alone(path, tmp_path):
    made(path, (one, two))
    assert seen(path) == (2, ["t"], 2)
    assert os.listdir(tmp_path) == ["a.db"]


def test_a_power_cut_while_it_was_made_leaves_nothing_in_the_way(path, tmp_path):
    with pytest.raises(ValueError, match="fails"):
        made(path, (one, failing))
    assert not os.path.exists(path)
    for name in ("a.db.new", "a.db.new-wal", "a.db.new-shm"):
        (tmp_path / name).write_bytes(b"rubbish of a former start")
    made(path, (one,))
    assert seen(path) == (1, ["t"], 1)
    assert os.listdir(tmp_path) == ["a.db"]


@pytest.mark.parametrize("size", [0, 1, 100, 511, 4095])
def test_a_file_without_a_page_is_a_lost_database_not_a_new_one(path, size):
    with open(path, "wb") as file:
        file.truncate(size)
    with pytest.raises(CorruptDatabase):
        open_migrated(path, (one,))
    assert os.path.getsize(path) == size


@pytest.mark.parametrize("pages", [1, 2, 5])
def test_a_truncated_one(path, pages):
    made(path, (one,))
    database = open_migrated(path, (one,))
    with transaction(database):
        for n in range(10, 5000):
            database.execute_sql("INSERT INTO t VALUES (?)", (n,))
    database.close()
    os.truncate(path, pages * 4096)
    with pytest.raises(CorruptDatabase) as caught:
        open_migrated(path, (one,))
    assert caught.value.fields["path"] == path


def test_the_log_of_a_lost_database_is_not_played_into_a_new_one(path, tmp_path):
    (tmp_path / "a.db-wal").write_bytes(b"x" * 100)
    with pytest.raises(CorruptDatabase):
        open_migrated(path, (one,))
    assert not os.path.exists(path)
    assert (tmp_path / "a.db-wal").exists()
    (tmp_path / "a.db-wal").write_bytes(b"")
    made(path, (one,))


def test_somebody_elses_database(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (n)")
    other.close()
    with pytest.raises(CorruptDatabase):
        open_migrated(path, (one,))


@pytest.mark.parametrize("version", [-1, -5])
def test_a_version_below_nothing(path, version):
    made(path, (one,), version)
    with pytest.raises(CorruptDatabase):
        open_migrated(path, (one,))


def test_one_version_newer_is_read_two_are_refused(path):
    made(path, (one,), 2)
    database = open_migrated(path, (one,))
    assert database.execute_sql("SELECT n FROM t").fetchall() == [(1,)]
    database.execute_sql("PRAGMA user_version = 3")
    database.close()
    with pytest.raises(NewerDatabase) as caught:
        open_migrated(path, (one,))
    assert (caught.value.fields["found"], caught.value.fields["known"]) == (3, 1)


def test_a_copy_first_then_each_step(path):
    made(path, (one,))
    made(path, (one, two, three))
    assert seen(path) == (3, ["t", "u"], 2)
    assert seen(path + ".v1") == (1, ["t"], 1)


@pytest.mark.parametrize(("step", "error"), [(failing, ValueError), (full, StorageFull)])
def test_a_failing_step_leaves_the_old_version_whole(path, step, error):
    made(path, (one,))
    with pytest.raises(error):
        made(path, (one, two, step))
    # Each step is whole by itself: the one before the failing one stands.
    assert seen(path) == (2, ["t"], 2)
    with pytest.raises(error):
        made(path, (one, two, step))
    assert seen(path + ".v1") == (1, ["t"], 1)
    assert seen(path + ".v2") == (2, ["t"], 2)
    made(path, (one, two, three))
    assert seen(path) == (3, ["t", "u"], 2)


def test_no_copy_no_change(path, tmp_path):
    made(path, (one,))
    os.mkdir(path + ".v1")
    with pytest.raises(StorageBroken):
        made(path, (one, two))
    assert seen(path) == (1, ["t"], 1)
    assert not [name for name in os.listdir(tmp_path) if "part" in name]


def test_migrate_tells_what_it_found(path):
    database = open_database(path)
    assert migrate(database, (one,)) == 0
    assert migrate(database, (one, two)) == 1
    assert migrate(database, (one, two)) == 2
    database.close()


def test_a_backup_shows_one_moment_while_somebody_writes(path, tmp_path):
    made(path, (one,))
    database, reader = open_migrated(path, (one,)), open_database(path, readonly=True)
    stop = threading.Event()

    def write():
        n = 10
        while not stop.is_set():
            with transaction(database):
                # Two rows at a time: an odd count would be half a transaction.
                database.execute_sql("INSERT INTO t VALUES (?), (?)", (n, n + 1))
            n += 2

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for n in range(5):
            target = str(tmp_path / f"copy-{n}.db")
            backup(reader, target)
            version, tables, count = seen(target)
            assert (version, tables, count % 2) == (1, ["t"], 1)
    finally:
        stop.set()
        thread.join()
        reader.close()
        database.close()
    assert not [name for name in os.listdir(tmp_path) if "part" in name]


def test_a_backup_replaces_the_former_one_whole(path, tmp_path):
    made(path, (one, two))
    target = tmp_path / "copy.db"
    target.write_bytes(b"an old copy")
    (tmp_path / "copy.db.part").write_bytes(b"a copy that a power cut ended")
    (tmp_path / "copy.db.part-journal").write_bytes(b"its journal")
    database = open_migrated(path, (one, two))
    backup(database, str(target))
    database.close()
    assert seen(str(target)) == (2, ["t"], 2)
    assert sorted(os.listdir(tmp_path)) == ["a.db", "copy.db"]


def test_a_backup_that_fails_leaves_the_former_one(path, tmp_path):
    made(path, (one,))
    database = open_migrated(path, (one,))
    with pytest.raises(StorageBroken):
        backup(database, str(tmp_path / "no" / "copy.db"))
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(StorageBroken):
        backup(database, str(target))
    database.close()
    assert sorted(os.listdir(tmp_path)) == ["a.db", "folder"]
