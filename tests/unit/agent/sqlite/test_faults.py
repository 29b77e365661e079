"""What SQLite and the system say, in our errors."""

from __future__ import annotations

import errno
import sqlite3

import peewee
import pytest

from agent.errors import CorruptDatabase, StorageBroken, StorageFull, Unavailable, words
from agent.sqlite import free_bytes, named
from agent.sqlite.faults import file_errors, storage_errors


def coded(code, text="something"):
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, StorageFull),
        (sqlite3.SQLITE_CORRUPT, CorruptDatabase),
        (sqlite3.SQLITE_CORRUPT_INDEX, CorruptDatabase),
        (sqlite3.SQLITE_NOTADB, CorruptDatabase),
        (sqlite3.SQLITE_IOERR, StorageBroken),
        (sqlite3.SQLITE_IOERR_FSYNC, StorageBroken),
        (sqlite3.SQLITE_IOERR_SHMSIZE, StorageBroken),
        (sqlite3.SQLITE_CANTOPEN, StorageBroken),
        (sqlite3.SQLITE_READONLY, StorageBroken),
        (sqlite3.SQLITE_READONLY_DBMOVED, StorageBroken),
        (sqlite3.SQLITE_BUSY, Unavailable),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Unavailable),
    ],
)
def test_by_code(tmp_path, code, kind):
    found = named(coded(code), str(tmp_path / "a.db"))
    assert type(found) is kind
    assert found.fields["path"] == str(tmp_path / "a.db")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("database or disk is full", StorageFull),
        ("database disk image is malformed", CorruptDatabase),
        ("file is not a database", CorruptDatabase),
        ("Could not decode to UTF-8 column 'hash' with text '...'", CorruptDatabase),
        ("disk I/O error", StorageBroken),
        ("attempt to write a readonly database", StorageBroken),
        ("database is locked", Unavailable),
    ],
)
def test_by_text_where_the_driver_gives_no_code(text, kind):
    assert type(named(peewee.OperationalError(text), "/nowhere/a.db")) is kind


@pytest.mark.parametrize(
    "error", [peewee.IntegrityError("UNIQUE constraint failed: t.n"), sqlite3.OperationalError("no such table: t")]
)
def test_a_bug_stays_what_it_is(error):
    assert named(error, "a.db") is error
    with pytest.raises(type(error)) as caught, storage_errors("a.db"):
        raise error
    assert caught.value is error


def test_the_code_is_found_behind_peewees_own_error():
    wrapped = peewee.OperationalError("wrapped")
    wrapped.__context__ = coded(sqlite3.SQLITE_FULL)
    assert isinstance(named(wrapped, "a.db"), StorageFull)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_CANTOPEN])
def test_no_room_for_the_shared_memory_file_is_a_full_disk(tmp_path, monkeypatch, code):
    monkeypatch.setattr("agent.sqlite.faults.free_bytes", lambda path: 100)
    assert isinstance(named(coded(code), str(tmp_path / "a.db")), StorageFull)
    assert isinstance(named(coded(sqlite3.SQLITE_IOERR_FSYNC), str(tmp_path / "a.db")), StorageBroken)


def test_errors_of_files():
    with pytest.raises(StorageFull), file_errors("a.db"):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StorageBroken), file_errors("a.db"):
        raise OSError(errno.EIO, "Input/output error")


def test_an_error_of_a_socket_is_not_the_disks():
    with pytest.raises(ConnectionResetError), storage_errors("a.db"):
        raise ConnectionResetError


def test_free_space(tmp_path):
    assert free_bytes(str(tmp_path / "a.db")) > 0
    assert free_bytes("/no/such/folder/a.db") is None


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY]
)
def test_words_have_no_gaps(tmp_path, code, lang):
    said = words(named(coded(code), str(tmp_path / "a.db")), lang=lang)
    assert all("–" not in line for line in said)
