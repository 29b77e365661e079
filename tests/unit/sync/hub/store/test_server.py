"""The connection to a server: one a thread, translated marks, transactions that tell the truth, errors by their code."""

import threading

import peewee
import psycopg
import pytest

from agent.errors import ConfigFault, StorageBroken, StorageFull, Unavailable
from sync.hub.opening import open_hub
from sync.hub.store import server as subject
from sync.hub.store.server import Server


@pytest.fixture
def there(server):
    database = Server(server.dsn)
    database.execute_sql("CREATE TEMPORARY TABLE t (n BIGINT PRIMARY KEY, b BYTEA)")
    yield database
    database.close()


def count(database):
    return database.execute_sql("SELECT count(*) FROM t").fetchone()[0]


def test_marks_and_bytes(there):
    there.many("INSERT INTO t (n, b) VALUES (?, ?)", [(1, b"\x00%?"), (2, None)])
    there.copy("t", "n, b", [(3, b"\\N\n\t\xff"), (4, b"")])
    assert there.execute_sql("SELECT n FROM t WHERE n % ? = 0 ORDER BY n", (2,)).fetchall() == [(2,), (4,)]
    assert there.execute_sql("SELECT b FROM t ORDER BY n").fetchall() == [
        (b"\x00%?",),
        (None,),
        (b"\\N\n\t\xff",),
        (b"",),
    ]


def test_a_step_is_kept_whole_or_not_at_all(there):
    with there.step():
        there.execute_sql("INSERT INTO t (n) VALUES (1)")
        with pytest.raises(RuntimeError, match="already"), there.step():
            pass
    with pytest.raises(ZeroDivisionError), there.step():
        there.execute_sql("INSERT INTO t (n) VALUES (2)")
        raise ZeroDivisionError
    assert count(there) == 1


def test_a_step_that_failed_inside_does_not_pass_for_kept(there):
    with pytest.raises(StorageBroken), there.step():
        there.execute_sql("INSERT INTO t (n) VALUES (1)")
        with pytest.raises(peewee.IntegrityError):
            there.execute_sql("INSERT INTO t (n) VALUES (1)")
    assert count(there) == 0
    assert not there.in_step()


def test_each_thread_has_its_own_connection_and_all_are_closed(there):
    found = []
    mine = there.execute_sql("SELECT pg_backend_pid()").fetchone()[0]
    thread = threading.Thread(target=lambda: found.append(there.execute_sql("SELECT pg_backend_pid()").fetchone()[0]))
    thread.start()
    thread.join(30)
    assert found != [mine]
    assert there.close()
    assert not there.close()


def test_limits_are_set_and_no_secret_is_told(there):
    shown = {name: there.execute_sql(f"SHOW {name}").fetchone()[0] for name in subject.SETTINGS}
    assert shown == subject.SETTINGS
    assert repr(Server("postgres://u:secret@nowhere/db")) == "Server(...)"
    assert "kopilka" not in there.name.partition("/")[0]
    assert there.name.startswith("postgresql://127.0.0.1:") or "@" not in there.name


def test_a_lost_connection_is_opened_anew(server, there):
    pid = there.execute_sql("SELECT pg_backend_pid()").fetchone()[0]
    with psycopg.connect(server.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (pid,))
    with pytest.raises(peewee.PeeweeException) as told:
        while True:
            there.execute_sql("SELECT 1")
    assert subject.may_repeat(told.value)
    assert there.drop_lost()
    assert not there.drop_lost()
    assert there.execute_sql("SELECT 1").fetchone() == (1,)


def failure(database, sql, *values):
    with pytest.raises(peewee.PeeweeException) as told:
        database.execute_sql(sql, values)
    return told.value


def test_codes(there):
    there.execute_sql("INSERT INTO t (n) VALUES (1)")
    twice = failure(there, "INSERT INTO t (n) VALUES (?)", 1)
    assert (subject.sqlstate(twice), subject.may_repeat(twice)) == ("23505", True)
    wrong = failure(there, "SELECT nothing")
    assert (subject.sqlstate(wrong), subject.may_repeat(wrong)) == ("42703", False)
    assert subject.named(wrong) is wrong
    there.execute_sql("SET statement_timeout = 1")
    slow = failure(there, "SELECT pg_sleep(5)")
    assert (subject.sqlstate(slow), subject.may_repeat(slow)) == ("57014", False)
    assert isinstance(subject.named(slow), Unavailable)
    full = peewee.OperationalError(psycopg.errors.DiskFull("no space"))
    assert isinstance(subject.named(full), StorageFull)


@pytest.mark.parametrize(
    "name",
    ["DeadlockDetected", "SerializationFailure", "AdminShutdown", "CannotConnectNow", "IoError", "InternalError_"],
)
def test_stumbles_are_run_again(name):
    error = peewee.OperationalError(getattr(psycopg.errors, name)("x"))
    assert subject.may_repeat(error)
    assert isinstance(subject.named(error), Unavailable)


def test_which_names_are_servers():
    assert [subject.is_server(name) for name in ("postgresql://h/d", "postgres://h/d", "/var/hub.db", "hub.db")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_name_that_cannot_be_one_is_told_without_repeating_it():
    assert subject.faults_of("postgresql://u:secret@h/d") == []
    for wrong in ("postgresql://u:secret@h:port/d?nonsense=1", "postgresql://u:secret@[h/d"):
        (told,) = subject.faults_of(wrong)
        assert "secret" not in told
    with pytest.raises(ConfigFault):
        open_hub("postgresql://u:secret@[h/d", chance=bytes)


def test_where_a_database_is_for_people(database, there):
    assert "@" not in subject.place_of(there)
    assert subject.place_of(database).endswith("hub.db") or "@" not in subject.place_of(database)
