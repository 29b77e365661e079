"""The store as a whole: damage refused, transactions whole, readers beside it, copies."""

from __future__ import annotations

import os
import sqlite3
import threading

import pytest
from store_kit import AT, booted, notices, open_store

from agent.errors import CorruptDatabase, NewerDatabase, StorageBroken, StorageFull
from agent.sqlite import open_database
from agent.store.schema import STEPS
from agent.store.verify import journal_verify
from drivers.shapes import PrintJob
from sync.wire import NoticeBody


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "till.sqlite3")


def test_all_of_a_step_or_nothing(path):
    store = booted(path)
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.journal.append(NoticeBody(what="sale"), at=AT, id="id")
        store.meta.put("k", "v")
        store.prints.enqueue(PrintJob("j", "p", b"{}", "queued", AT))
        raise ZeroDivisionError
    assert (store.journal.tail.seq, store.meta.get("k"), store.prints.waiting()) == (1, "", 0)
    store.close()


def test_what_was_committed_is_there_after_a_power_cut(path, tmp_path):
    """The files as they lie at any moment, copied without closing anything, open as a whole."""
    store = booted(path, 5)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in os.listdir(tmp_path):
        if name.startswith("till.sqlite3") and not name.endswith("-shm"):
            (copy / name).write_bytes((tmp_path / name).read_bytes())
    tail = store.journal.tail
    store.close()
    again = open_store(copy / "till.sqlite3")
    assert again.journal.tail == tail
    again.close()


def test_a_reader_sees_committed_state_only(path):
    store = booted(path, 2)
    reader = open_database(path, readonly=True)

    def seen():
        return reader.execute_sql("SELECT count(*) FROM journal").fetchone()[0]

    with store.transaction():
        store.journal.append(NoticeBody(what="x"), at=AT, id="id")
        assert seen() == 3
    assert seen() == 4
    with pytest.raises(KeyError), store.transaction():
        store.journal.append(NoticeBody(what="x"), at=AT, id="id")
        raise KeyError
    assert seen() == 4
    reader.close()
    store.close()


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 5000, b"no database " * 1000])
def test_what_is_no_database_is_refused_and_left_alone(path, content):
    with open(path, "wb") as file:
        file.write(content)
    with pytest.raises(CorruptDatabase) as caught:
        open_store(path)
    assert caught.value.fields["path"] == path
    with open(path, "rb") as file:
        assert file.read() == content


@pytest.mark.parametrize("page", [1, 3, 10, 40])
def test_a_damaged_page_is_refused(path, page):
    booted(path, 300).close()
    with open(path, "r+b") as file:
        file.seek(page * 4096)
        file.write(b"\xa5" * 4096)
    with pytest.raises(CorruptDatabase) as caught:
        open_store(path)
    assert caught.value.fields["path"] == path


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_refused(path, share):
    booted(path, 300).close()
    os.truncate(path, int(os.path.getsize(path) * share))
    with pytest.raises(CorruptDatabase):
        open_store(path)


def version(path, number):
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA user_version = {number}")
    raw.close()


def test_one_version_newer_is_read_two_are_refused(path):
    booted(path, 1).close()
    version(path, len(STEPS) + 1)
    store = open_store(path)
    notices(store, 1)
    assert store.journal.tail.seq == 3
    store.close()
    version(path, len(STEPS) + 2)
    with pytest.raises(NewerDatabase):
        open_store(path)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StorageBroken):
        open_store(tmp_path / "no" / "till.sqlite3")


def test_full_keeps_nothing_and_says_where(path):
    store = booted(path)
    pages = store.database.execute_sql("PRAGMA page_count").fetchone()[0]
    store.database.execute_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFull) as caught, store.transaction():
        store.meta.put("half", "yes")
        store.journal.append(NoticeBody(what="x" * 50_000), at=AT, id="id")
    assert caught.value.fields["path"] == path
    assert (store.meta.get("half"), store.journal.tail.seq) == ("", 1)
    store.close()
    assert journal_verify(path).count == 1


def test_backups_from_another_thread_while_it_sells(path, tmp_path):
    store = booted(path, 10)
    faults = []

    def copy():
        try:
            for n in range(5):
                store.backup(str(tmp_path / f"copy{n}.sqlite3"))
        except BaseException as error:
            faults.append(error)

    thread = threading.Thread(target=copy)
    thread.start()
    notices(store, 50)
    thread.join()
    store.close()
    assert faults == []
    counts = [journal_verify(str(tmp_path / f"copy{n}.sqlite3")).count for n in range(5)]
    assert counts == sorted(counts)
    assert all(11 <= count <= 61 for count in counts)
    again = open_store(tmp_path / "copy4.sqlite3")
    notices(again, 1)
    again.close()


def test_closing_twice(path):
    store = booted(path)
    store.close()
    store.close()


def test_a_lost_mark_in_memory_is_found_by_the_next_step(path):
    """An interrupt between COMMIT and its return: the record stands, memory says it does not."""
    store = booted(path)
    with store.transaction():
        store.journal.append(NoticeBody(what="x"), at=AT, id="id")
    late = store.journal.tail
    with pytest.raises(KeyboardInterrupt), store.transaction():
        raise KeyboardInterrupt
    store.journal.tail = late.__class__(1, 1, "0" * 64, 0)
    notices(store, 1)
    assert store.journal.tail.seq == 3
    store.close()
    assert journal_verify(path).good


def test_a_broken_disk_is_told_once_wherever_it_breaks(path, monkeypatch):
    store = booted(path)
    told = []
    store.on_broken = lambda: told.append(1)
    with pytest.raises(StorageBroken), store.transaction():
        raise StorageBroken(path=path, problem="disk I/O error")
    assert told == [1]

    def broken():
        raise StorageBroken(path=path, problem="fsync")

    monkeypatch.setattr(store._checkpoints, "_limit", 1)
    monkeypatch.setattr(store._checkpoints, "run", broken)
    with pytest.raises(StorageBroken):
        notices(store, 1)
    assert told == [1, 1]
    # The record itself stands: whoever sends the sale again gets its answer.
    assert store.journal.tail.seq == 2
    monkeypatch.undo()
    with pytest.raises(StorageFull), store.transaction():
        raise StorageFull(path=path, free_mb=0)
    assert told == [1, 1]
    store.close()
    assert journal_verify(path).count == 2
