"""A damaged database: what can be read is taken over where its chain holds, else a backup, topped up; the file is kept."""

import contextlib
import os
import sqlite3

import pytest
from store_kit import AT, booted, notices, open_store

from agent.errors import CorruptDatabase
from agent.rows import Operation, position
from agent.store.heal import MARK, finish, heal
from agent.store.verify import journal_verify


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "till.sqlite3")


def operations(store, first, count):
    for n in range(first, first + count):
        with store.transaction():
            store.operations.put(
                Operation(kind="sale", id=f"S-{n}", n=position(1, 1), content="c", at=AT, state="posted", answer=b"{}")
            )


def pages_of(path, name):
    """Numbers of a table's pages, where SQLite can tell them; from its root page alone otherwise."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    database.close()
    return root


def overwrite(path, page):
    with open(path, "r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(os.urandom(4096))


def whole(path):
    found = journal_verify(path)
    assert found.good
    return found


def test_damage_outside_of_the_journal_costs_no_record(path):
    store = booted(path, 200)
    operations(store, 0, 50)
    store.close()
    overwrite(path, pages_of(path, "member"))
    with pytest.raises(CorruptDatabase):
        open_store(path)
    healed = heal(path, [], now_ms=5)
    assert (healed.source, healed.inc, healed.seq) == ("salvaged", 1, 201)
    assert os.path.exists(healed.damaged)
    store = open_store(path)
    assert store.operations.get("sale", "S-49") is not None
    store.close()
    assert whole(path).count == 201


def test_damage_in_the_journal_takes_the_backup_and_what_came_after_it(path, tmp_path):
    store = booted(path, 300)
    backup = str(tmp_path / "backup.sqlite3")
    store.backup(backup)
    notices(store, 50)
    store.close()
    overwrite(path, middle_leaf(path))
    healed = heal(path, [str(tmp_path / "none"), backup], now_ms=5)
    assert healed.source == "backup"
    assert healed.seq >= 301
    assert whole(path).seq == healed.seq


def middle_leaf(path):
    """A page that holds a record of the middle of the journal."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        line = database.execute("SELECT hash FROM journal ORDER BY n LIMIT 1 OFFSET 100").fetchone()[0]
    database.close()
    with open(path, "rb") as file:
        at = file.read().index(line.encode())
    return at // 4096 + 1


def test_without_anything_left_it_begins_empty_and_keeps_the_file(path):
    with open(path, "wb") as file:
        file.write(os.urandom(40_960))
    healed = heal(path, [], now_ms=7)
    assert (healed.source, healed.seq) == ("empty", 0)
    assert os.path.getsize(healed.damaged) == 40_960
    store = open_store(path)
    assert store.journal.tail.seq == 0
    store.close()


def test_a_backup_that_is_damaged_itself_is_not_taken(path, tmp_path):
    store = booted(path, 20)
    good, bad = str(tmp_path / "good.sqlite3"), str(tmp_path / "bad.sqlite3")
    store.backup(good)
    notices(store, 5)
    store.backup(bad)
    store.close()
    with sqlite3.connect(bad) as database:
        database.execute("UPDATE journal SET line = x'00' WHERE n = ?", (position(1, 3),))
    database.close()
    with open(path, "wb") as file:
        file.write(b"no database at all")
    healed = heal(path, [bad, good], now_ms=7)
    assert (healed.source, healed.seq) == ("backup", 21)


class PowerCutError(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("step", range(9))
def test_a_power_cut_at_any_step_leaves_one_to_start_from(path, tmp_path, monkeypatch, step):
    """Every rename of a heal is a step; whatever start follows ends with all records, marked for a new incarnation."""
    store = booted(path, 200)
    store.close()
    overwrite(path, pages_of(path, "member"))
    left = [step]

    def cut(source, target, real=os.replace):
        if not left[0]:
            raise PowerCutError
        left[0] -= 1
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr("agent.store.heal.os.replace", cut)
        if step < 6:
            with pytest.raises(PowerCutError):
                heal(path, [], now_ms=5)
        else:
            with contextlib.suppress(PowerCutError):
                heal(path, [], now_ms=5)
    finish(path)
    try:
        store = open_store(path)
    except CorruptDatabase:
        assert heal(path, [], now_ms=6).seq == 201
        store = open_store(path)
    assert store.journal.tail.seq == 201
    assert store.meta.get(MARK) == "1"
    store.close()
    assert (
        len([name for name in os.listdir(tmp_path) if ".damaged-" in name and not name.endswith(("-wal", "-shm"))]) == 1
    )
