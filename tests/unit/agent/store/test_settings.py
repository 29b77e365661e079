"""Small keyed facts and programme texts."""

from __future__ import annotations

import pytest
from store_kit import open_store

from agent.store.settings import ProgrammeText


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "till.sqlite3")
    yield store
    store.close()


def test_meta(store):
    assert (store.meta.get("acked"), store.meta.get("acked", "0")) == ("", "0")
    store.meta.put("acked", "5")
    store.meta.put("acked", "6")
    store.meta.put("other", "")
    assert (store.meta.get("acked", "0"), store.meta.get("other", "0")) == ("6", "")


def test_programmes(store):
    rows = [ProgrammeText(f"hash{n}", n, at, "[programme]\nимя", "sig") for n, at in ((3, 10), (1, 20), (2, 10))]
    for row in rows:
        store.programmes.put(row)
    store.programmes.put(ProgrammeText("hash3", 3, 99, "changed", "sig"))
    assert store.programmes.all() == [rows[2], rows[0], rows[1]]


def test_facts_go_with_their_transaction(store):
    with pytest.raises(KeyError), store.transaction():
        store.meta.put("cursor", "x")
        raise KeyError
    assert store.meta.get("cursor") == ""
