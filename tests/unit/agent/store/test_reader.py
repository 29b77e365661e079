"""Looking beside the running till."""

from __future__ import annotations

import pytest
from store_kit import boot, booted, notices

from agent.errors import CorruptDatabase
from agent.rows import position
from agent.store.reader import JournalReader, reading


@pytest.fixture
def store(tmp_path):
    store = booted(tmp_path / "till.sqlite3", 3)
    boot(store)
    notices(store, 1)
    yield store
    store.close()


def test_one_moment_while_it_sells(store):
    with reading(store.path) as sql:
        reader = JournalReader(sql)
        before = [(row.inc, row.seq) for row in reader.after(0)]
        notices(store, 2)
        assert (
            [(row.inc, row.seq) for row in reader.after(0)]
            == before
            == [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2)]
        )


def test_find(store):
    with reading(store.path) as sql:
        reader = JournalReader(sql)
        assert reader.find(2) == store.journal.read(position(2, 2))
        assert reader.find(2, 1) == store.journal.read(position(1, 2))
        assert reader.find(4) == store.journal.read(position(1, 4))
        assert (reader.find(5), reader.find(4, 2)) == (None, None)


def test_acked(store):
    with reading(store.path) as sql:
        assert JournalReader(sql).acked() == 0
    store.meta.put("acked", str(position(1, 3)))
    with reading(store.path) as sql:
        reader = JournalReader(sql)
        assert [(row.inc, row.seq) for row in reader.after(reader.acked())] == [(1, 4), (2, 1), (2, 2)]


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "²", ""])
def test_a_mark_that_is_none(store, text):
    store.meta.put("acked", text)
    with reading(store.path) as sql, pytest.raises(CorruptDatabase):
        JournalReader(sql).acked()
