"""The tables: strict, indexed where the sale's path looks, made by steps that stand."""

from __future__ import annotations

import sqlite3

import pytest
from store_kit import open_store

from agent.store.schema import STEPS


@pytest.fixture
def raw(tmp_path):
    open_store(tmp_path / "till.sqlite3").close()
    raw = sqlite3.connect(tmp_path / "till.sqlite3")
    yield raw
    raw.close()


def test_the_version_is_the_number_of_steps(raw):
    assert raw.execute("PRAGMA user_version").fetchone() == (len(STEPS),)


def test_every_table_is_strict(raw):
    tables = raw.execute(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    assert len(tables) >= 14
    assert [name for name, strict in tables if not strict] == []


def test_bytes_stay_bytes(raw):
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute("INSERT INTO journal VALUES (1, 'boot', 'text', 'hash')")


QUERIES = [
    "SELECT * FROM journal WHERE n > 5 ORDER BY n LIMIT 1",
    "SELECT * FROM operation WHERE kind = 'sale' AND id = 'x'",
    "SELECT * FROM operation WHERE of = 'x'",
    "SELECT * FROM hold WHERE state = 'open' AND member = 'x'",
    "SELECT * FROM handle WHERE hmac = 'x'",
    "SELECT * FROM member WHERE id = 'x'",
    "SELECT * FROM want WHERE state = 'pending' AND member = 'x'",
    "SELECT * FROM want WHERE member = 'x' AND unit = 'u' AND state = 'refused' ORDER BY n DESC LIMIT 1",
    "SELECT * FROM lease WHERE state = 'open' AND member = 'x'",
    "SELECT * FROM own_lot WHERE member = 'x'",
    "SELECT * FROM own_sum WHERE member = 'x' AND left > 0",
    "SELECT * FROM own_part WHERE member = 'x'",
    "SELECT * FROM delta WHERE member = 'x'",
    "SELECT * FROM receipt ORDER BY n DESC LIMIT 5",
    "SELECT * FROM print_job WHERE receipt = 'x'",
    "SELECT * FROM print_job WHERE id = 'x'",
]


@pytest.mark.parametrize("query", QUERIES)
def test_what_a_sale_asks_is_found_by_an_index(raw, query):
    plan = [row[-1] for row in raw.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert not [step for step in plan if step.startswith("SCAN") and "USING INDEX" not in step], plan
    assert not [step for step in plan if "TEMP B-TREE" in step], plan
