"""Statements: rows fetched, errors named, batches bounded."""

from __future__ import annotations

import peewee
import pytest

from agent.errors import CorruptDatabase, StorageBroken
from agent.sqlite import Statements, open_database


@pytest.fixture
def sql(tmp_path):
    database = open_database(str(tmp_path / "a.db"))
    yield Statements(database)
    database.close()


def test_run_one_all(sql):
    sql.run("CREATE TABLE t (n INTEGER, data BLOB)")
    assert sql.one("SELECT * FROM t") is None
    assert sql.run("INSERT INTO t VALUES (1, x'00'), (2, x'0000')") == 2
    assert sql.one("SELECT n FROM t WHERE n = ?", (2,)) == (2,)
    assert sql.all("SELECT n FROM t ORDER BY n") == [(1,), (2,)]
    assert list(sql.each("SELECT n FROM t ORDER BY n")) == [(1,), (2,)]


@pytest.mark.parametrize(("size", "count"), [(0, 1), (1, 1), (29, 2), (30, 3), (1000, 5)])
def test_upto_takes_what_fits_and_always_one(sql, size, count):
    sql.run("CREATE TABLE t (n INTEGER PRIMARY KEY, data BLOB)")
    for n in range(5):
        sql.run("INSERT INTO t VALUES (?, ?)", (n, b"x" * 10))
    assert len(sql.upto("SELECT n, data FROM t ORDER BY n", size_bytes=size, column=1)) == count


def test_upto_of_nothing(sql):
    sql.run("CREATE TABLE t (data BLOB)")
    assert sql.upto("SELECT data FROM t", size_bytes=100, column=0) == []


@pytest.mark.parametrize("call", ["one", "all", "each"])
def test_text_that_is_none_is_damage(sql, call):
    sql.run("CREATE TABLE t (text TEXT)")
    sql.run("INSERT INTO t VALUES (CAST(x'ff' AS TEXT))")
    with pytest.raises(CorruptDatabase) as caught:
        list(getattr(sql, call)("SELECT text FROM t"))
    assert caught.value.fields["path"] == sql.path


def test_damage_is_named_where_rows_are_fetched(tmp_path):
    path = str(tmp_path / "b.db")
    database = open_database(path)
    sql = Statements(database)
    sql.run("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)")
    for n in range(2000):
        sql.run("INSERT INTO t VALUES (?, ?)", (n, "x" * 50))
    database.close()
    with open(path, "r+b") as file:
        file.seek(12 * 4096)
        file.write(b"\xff" * 4096)
    database = open_database(path)
    for call in ("all", "each"):
        with pytest.raises(CorruptDatabase):
            list(getattr(Statements(database), call)("SELECT * FROM t"))
    with pytest.raises(CorruptDatabase):
        Statements(database).run("DELETE FROM t WHERE text = 'y'")
    database.close()


def test_a_write_through_a_reader(tmp_path):
    path = str(tmp_path / "c.db")
    open_database(path).close()
    database = open_database(path, readonly=True)
    with pytest.raises(StorageBroken):
        Statements(database).run("CREATE TABLE t (n)")
    database.close()


def test_a_bug_stays_a_bug(sql):
    with pytest.raises(peewee.OperationalError, match="no such table"):
        sql.run("INSERT INTO lost VALUES (1)")
