"""Opening: pragmas that keep a commit, odd names, damage told by our errors."""

from __future__ import annotations

import os
import subprocess
import sys

import peewee
import pytest

from agent.errors import CorruptDatabase, StorageBroken, Unavailable
from agent.sqlite import open_database, path_of, quick_check, transaction


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "a.db")


def filled(path, rows=3000):
    database = open_database(path)
    with transaction(database):
        database.execute_sql("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)")
        for n in range(rows):
            database.execute_sql("INSERT INTO t VALUES (?, ?)", (n, f"row {n} " * 5))
    database.close()


def pragma(database, name):
    return database.execute_sql(f"PRAGMA {name}").fetchone()[0]


def test_a_commit_that_returned_is_on_the_disk(path):
    database = open_database(path)
    assert (pragma(database, "journal_mode"), pragma(database, "synchronous")) == ("wal", 2)
    assert (pragma(database, "foreign_keys"), pragma(database, "trusted_schema")) == (1, 0)
    database.close()


def test_a_reader_sees_what_is_committed_and_writes_nothing(path):
    filled(path, 1)
    writer, reader = open_database(path), open_database(path, readonly=True)
    with transaction(writer):
        writer.execute_sql("INSERT INTO t VALUES (100, 'new')")
        assert reader.execute_sql("SELECT count(*) FROM t").fetchone() == (1,)
    assert reader.execute_sql("SELECT count(*) FROM t").fetchone() == (2,)
    with pytest.raises(peewee.OperationalError, match="readonly"):
        reader.execute_sql("DELETE FROM t")
    reader.close()
    writer.close()


@pytest.mark.parametrize("name", ["a?b.db", "a#b.db", "a%20b.db", "касса 1.db", "a&mode=rwc.db"])
def test_odd_names_open_the_very_file(tmp_path, name):
    path = str(tmp_path / name)
    filled(path, 1)
    database = open_database(path, readonly=True)
    assert path_of(database) == path
    assert database.execute_sql("SELECT count(*) FROM t").fetchone() == (1,)
    database.close()
    assert [found for found in os.listdir(tmp_path) if not found.startswith(name)] == []


def test_reading_makes_no_file(path):
    with pytest.raises(StorageBroken):
        open_database(path, readonly=True)
    assert not os.path.exists(path)


def test_no_folder(tmp_path):
    with pytest.raises(StorageBroken):
        open_database(str(tmp_path / "no" / "a.db"))


@pytest.mark.parametrize("readonly", [False, True])
@pytest.mark.parametrize("content", [b"not a database at all, but a text of some length " * 100, b"\0" * 8192])
def test_not_a_database(path, content, readonly):
    with open(path, "wb") as file:
        file.write(content)
    with pytest.raises(CorruptDatabase) as caught:
        quick_check(open_database(path, readonly=readonly))
    assert caught.value.fields["path"] == path
    with open(path, "rb") as file:
        assert file.read() == content


def flipped(path, at, count=64):
    with open(path, "r+b") as file:
        file.seek(at)
        old = file.read(count)
        file.seek(at)
        file.write(bytes(byte ^ 0xFF for byte in old))


@pytest.mark.parametrize("page", range(1, 6))
def test_flipped_bytes_in_a_page(path, page):
    filled(path)
    flipped(path, page * 4096)
    database = open_database(path)
    with pytest.raises(CorruptDatabase) as caught:
        quick_check(database)
    assert caught.value.fields["path"] == path
    database.close()


def test_a_truncated_file(path):
    filled(path)
    os.truncate(path, 5 * 4096 + 100)
    with pytest.raises(CorruptDatabase):
        quick_check(open_database(path))


def test_sound(path):
    filled(path)
    database = open_database(path)
    quick_check(database)
    database.close()


HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


def test_another_process_writes(path, monkeypatch):
    monkeypatch.setattr("agent.sqlite.opening.BUSY_S", 0.1)
    filled(path, 1)
    database = open_database(path)
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Unavailable) as caught:
            with transaction(database):
                raise AssertionError("begun beside another writer")
        other.communicate(b"\n")
    assert caught.value.code == "storage-busy"
    with transaction(database):
        database.execute_sql("INSERT INTO t VALUES (100, 'after')")
    database.close()
