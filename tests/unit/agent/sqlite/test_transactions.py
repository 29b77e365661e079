"""All or nothing, and a log that comes home with its errors seen."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import peewee
import pytest

from agent.errors import StorageBroken, StorageFull
from agent.sqlite import Checkpointer, open_database, savepoint, transaction


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "a.db")


@pytest.fixture
def database(path):
    database = open_database(path)
    database.execute_sql("CREATE TABLE t (n INTEGER PRIMARY KEY, data BLOB)")
    yield database
    database.close()


def rows(database):
    return [row[0] for row in database.execute_sql("SELECT n FROM t ORDER BY n").fetchall()]


def put(database, n, size=10):
    database.execute_sql("INSERT INTO t VALUES (?, zeroblob(?))", (n, size))


def test_kept_when_it_ends_and_gone_when_it_fails(database):
    with transaction(database):
        put(database, 1)
    with pytest.raises(KeyError), transaction(database):
        put(database, 2)
        raise KeyError
    assert rows(database) == [1]


def test_nested_is_a_fault_and_the_outer_one_decides(database):
    with pytest.raises(RuntimeError):
        with transaction(database):
            put(database, 1)
            with transaction(database):
                put(database, 2)
    assert rows(database) == []
    with transaction(database):
        put(database, 3)
    assert rows(database) == [3]


def test_a_failing_commit_keeps_nothing_and_the_next_one_works(database):
    database.execute_sql("CREATE TABLE c (n INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(peewee.IntegrityError), transaction(database):
        put(database, 1)
        database.execute_sql("INSERT INTO c VALUES (99)")
    assert rows(database) == []
    with transaction(database):
        put(database, 1)
    assert rows(database) == [1]


def limit(database, more):
    pages = database.execute_sql("PRAGMA page_count").fetchone()[0]
    database.execute_sql(f"PRAGMA max_page_count = {pages + more}")


def test_a_full_disk_keeps_nothing_and_the_next_one_works_when_there_is_room(database):
    with transaction(database):
        put(database, 1)
    limit(database, 2)
    with pytest.raises(StorageFull) as caught, transaction(database):
        put(database, 2)
        put(database, 3, 100_000)
    assert caught.value.fields["path"] == database.database
    assert rows(database) == [1]
    limit(database, 1000)
    with transaction(database):
        put(database, 3, 100_000)
    assert rows(database) == [1, 3]


def test_who_hides_a_full_disk_from_us_still_hears_of_it(database):
    """SQLite may end a transaction by itself at an error; what follows would be committed piece by piece."""
    with pytest.raises(StorageBroken), transaction(database):
        put(database, 1)
        database.execute_sql("ROLLBACK")


def test_the_log_comes_home(database, path):
    checkpointer = Checkpointer(database, commits=10)
    before = os.path.getsize(path)
    for n in range(9):
        with transaction(database):
            put(database, n, 20_000)
        checkpointer.committed()
    assert os.path.getsize(path) == before
    with transaction(database):
        put(database, 9)
    checkpointer.committed()
    assert os.path.getsize(path) > before + 9 * 20_000


def test_a_large_commit_comes_home_at_once(database, path):
    checkpointer = Checkpointer(database)
    with transaction(database):
        put(database, 1, 6 * 1024 * 1024)
    checkpointer.committed()
    assert os.path.getsize(path) > 6 * 1024 * 1024


def test_the_log_does_not_grow_for_ever(database, path):
    checkpointer = Checkpointer(database)
    sizes = set()
    for n in range(1000):
        with transaction(database):
            put(database, n, 3000)
        checkpointer.committed()
        sizes.add(os.path.getsize(path + "-wal"))
    assert max(sizes) < 3 * 1024 * 1024


def test_a_reader_that_stays_stops_no_commit(database, path):
    checkpointer = Checkpointer(database, commits=1)
    put(database, 0)
    reader = open_database(path, readonly=True)
    reader.execute_sql("BEGIN")
    assert rows(reader) == [0]
    for n in range(1, 20):
        with transaction(database):
            put(database, n)
        checkpointer.committed()
    assert rows(reader) == [0]
    reader.close()
    checkpointer.run()
    assert rows(database) == list(range(20))


LIMITED = """
import resource, sys
from agent.errors import KopilkaError
from agent.sqlite import Checkpointer, open_database, savepoint, transaction
database = open_database(sys.argv[1])
where = sys.argv[2]
checkpointer = Checkpointer(database, commits=1000)
with transaction(database):
    database.execute_sql("CREATE TABLE t (n INTEGER PRIMARY KEY, data BLOB)")
with transaction(database):
    database.execute_sql("INSERT INTO t VALUES (1, zeroblob(200000))")
# Less than the log has; more than the database has.
size = 60_000
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
try:
    if where == "commit":
        with transaction(database):
            database.execute_sql("INSERT INTO t VALUES (2, zeroblob(200000))")
    else:
        checkpointer.run()
except KopilkaError as error:
    print(type(error).__name__, error.fields["path"] == sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(database.execute_sql("SELECT n FROM t").fetchall())
"""


@pytest.mark.parametrize("where", ["commit", "checkpoint"])
def test_a_write_that_the_system_refuses_is_a_broken_disk_and_is_seen(path, where):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run([sys.executable, "-c", LIMITED, path, where], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["StorageBroken True", "[(1,)]"], done.stderr
    database = open_database(path)
    assert rows(database) == [1]
    database.close()


def test_a_savepoint_takes_back_its_part_only(database):
    with transaction(database):
        put(database, 1)
        with pytest.raises(ZeroDivisionError), savepoint(database):
            put(database, 2)
            raise ZeroDivisionError
        with savepoint(database):
            put(database, 3)
    assert rows(database) == [1, 3]


def test_a_savepoint_leaves_an_error_that_ended_the_transaction_as_it_is(database):
    with pytest.raises(StorageBroken), transaction(database):
        with pytest.raises(ZeroDivisionError), savepoint(database):
            database.execute_sql("ROLLBACK")
            raise ZeroDivisionError
