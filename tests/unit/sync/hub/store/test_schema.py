"""The catalogue against the rules that make one text run on SQLite, PostgreSQL and engines that shard by member."""

import re

import pg_kit
import pytest

from sync.hub.store import schema

MEMBER_TABLES = {"member", "card", "account", "lot", "lease", "entry"}
TILL_TABLES = {"watermark", "record", "quarantine", "till"}


@pytest.fixture
def engine():
    """Of files only."""
    with pg_kit.used(None):
        yield


def columns(sql, table):
    return {row[1]: row for row in sql(f"PRAGMA table_info({table})")}


def tables(sql):
    return {row[0] for row in sql("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_the_member_is_first_in_every_key_of_a_member_table(sql):
    for table in tables(sql):
        found = columns(sql, table)
        if table in MEMBER_TABLES:
            assert found["member"][5] == 1, table
            assert found["member"][3] == 1, table
        for _, index, unique, *_ in sql(f"PRAGMA index_list({table})"):
            first = sql(f"PRAGMA index_info({index})")[0][2]
            if unique and table in MEMBER_TABLES:
                assert first == "member", index
            if unique and table in TILL_TABLES:
                assert first == "till", index
    assert tables(sql) >= MEMBER_TABLES | TILL_TABLES


def test_members_are_of_one_type(sql):
    types = {columns(sql, table)["member"][2] for table in tables(sql) if "member" in columns(sql, table)}
    assert types == {"TEXT"}


def test_nothing_that_works_by_itself(sql):
    text = "\n".join(str(row[0]) for row in sql("SELECT sql FROM sqlite_master")).upper()
    assert not re.search(
        r"\b(TRIGGER|\w+ (BIG|SMALL)?SERIAL|AUTOINCREMENT|DEFAULT|CURRENT_TIMESTAMP|RANDOM|REAL|FLOAT|DECIMAL)\b", text
    )


def test_every_table_has_a_key(sql):
    for table in tables(sql):
        assert any(row[5] for row in columns(sql, table).values()), table


@pytest.mark.parametrize(
    "row",
    [
        ("m", "u", 5, 6, 0),
        ("m", "u", 5, -1, 0),
        ("m", "u", 5, 0, -1),
        ("m", "u", -1, 0, 0),
    ],
)
def test_no_account_below_zero(database, row):
    with pytest.raises(Exception, match=r"(?i)check"):
        database.execute_sql("INSERT INTO account (member, unit, posted, leased, debt) VALUES (?, ?, ?, ?, ?)", row)


def test_only_small_rows_live_in_their_key(sql):
    made = dict(sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    assert {name for name, text in made.items() if "WITHOUT ROWID" in text} == set(schema.CLUSTERED)
