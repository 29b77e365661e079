"""Copies: verified, sorted by time, pruned to a number, and the measure of what tills may forget."""

import os
import stat

import pg_kit
import pytest

from agent.errors import CorruptDatabase
from agent.sqlite import open_database
from sync.hub.saving import save_copy
from sync.hub.store import journal
from sync.hub.store.steps import transaction


@pytest.fixture
def engine():
    """Of files only."""
    with pg_kit.used(None):
        yield


def test_a_copy_is_whole_and_says_what_is_durable(bench, pen, tmp_path):
    pen.sale("m1", earn=5)
    bench.push(pen)
    folder = str(tmp_path / "copies")
    saved = save_copy(bench.path, folder, now_ms=bench.clock(), keep=2)
    pen.sale("m1", earn=5)
    answer = bench.push(pen)
    assert (saved, answer.wm, answer.durable) == ([("t1", 1, 1)], 2, 0)
    with transaction(bench.database):
        journal.durable(bench.database, saved)
    assert bench.push(pen).durable == 1
    (name,) = os.listdir(folder)
    assert name == "hub-20260921T141320Z.db"
    assert stat.S_IMODE(os.stat(f"{folder}/{name}").st_mode) == 0o600
    copy = open_database(f"{folder}/{name}")
    assert copy.execute_sql("SELECT posted FROM account").fetchall() == [(5,)]
    copy.close()


def test_an_older_copy_never_lowers_the_mark(bench, pen):
    for _ in range(3):
        pen.boot()
    bench.push(pen)
    with transaction(bench.database):
        journal.durable(bench.database, [("t1", 1, 3)])
        journal.durable(bench.database, [("t1", 1, 2), ("t9", 1, 5)])
    assert bench.push(pen).durable == 3


def test_only_the_newest_are_kept_and_nothing_of_others_is_touched(bench, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    for n in range(4):
        save_copy(bench.path, str(folder), now_ms=bench.clock() + n * 1000, keep=2)
    assert sorted(os.listdir(folder)) == ["hub-20260921T141322Z.db", "hub-20260921T141323Z.db", "notes.txt"]


def test_a_clock_set_back_keeps_the_copy_that_tells_what_is_durable(bench, tmp_path):
    folder = tmp_path / "copies"
    for n in range(4):
        save_copy(bench.path, str(folder), now_ms=bench.clock() - n * 86_400_000, keep=2)
    assert sorted(os.listdir(folder)) == ["hub-20260921T141322Z.db", "hub-20260921T141323Z.db"]


def test_a_damaged_source_is_told(tmp_path):
    path = tmp_path / "hub.db"
    path.write_bytes(b"no database at all" * 500)
    with pytest.raises(CorruptDatabase):
        save_copy(str(path), str(tmp_path / "copies"), now_ms=0, keep=2)
