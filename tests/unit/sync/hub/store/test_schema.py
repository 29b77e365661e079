"""The catalogue against the rules that make one text run on SQLite, PostgreSQL and engines that shard by member."""

import re
from importlib import resources

import pg_kit
import pytest
from hub_kit import chance

from sync.hub.opening import open_hub
from sync.hub.store import schema

MEMBER_TABLES = {"member", "card", "account", "lot", "lease", "entry", "late_spend"}
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


# From here on the catalogue of a server is asked, which tells what no text shows.

REFERENCE = {"meta", "programme", "audit", "begun"}
PARTED = {"feed", "feed_head", "pending"}
CITUS = resources.files("sync.hub.store").joinpath("citus.sql").read_text(encoding="utf-8")


@pytest.fixture
def ask(server):
    """Rows of the catalogue of a hub's schema that was just made."""
    schema_ = server.fresh()
    database, _ = open_hub(server.reach(schema_), chance=chance)
    yield lambda text, *values: [tuple(row) for row in database.execute_sql(text, (schema_, *values)).fetchall()]
    database.close()
    server.drop(schema_)


def columns_of(ask):
    """{table: {column: (type, nullable, default)}}."""
    found = {}
    for table, column, *rest in ask(
        "SELECT table_name, column_name, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = ?"
    ):
        found.setdefault(table, {})[column] = tuple(rest)
    return found


def unique_keys(ask):
    """(table, index, its columns in order) of everything that an index keeps unique."""
    return ask(
        "SELECT t.relname, i.relname, array_agg(a.attname::text ORDER BY k.place)"
        " FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_namespace n ON n.oid = t.relnamespace, unnest(x.indkey) WITH ORDINALITY k(attnum, place),"
        " pg_attribute a WHERE n.nspname = ? AND x.indisunique AND a.attrelid = t.oid AND a.attnum = k.attnum"
        " GROUP BY t.relname, i.relname"
    )


def place_of(table, columns):
    """By which column a table is spread; "" for one that is everywhere."""
    if table in REFERENCE:
        return ""
    if table in PARTED:
        return "part"
    if table == "sale":
        return "hash"
    return "member" if "member" in columns else "till"


def test_what_a_table_is_spread_by_comes_first_in_every_key(ask):
    columns, keys = columns_of(ask), unique_keys(ask)
    for table, found in columns.items():
        mine = [key for name, _, key in keys if name == table]
        assert mine, f"{table} has no key"
        spread = place_of(table, found)
        if spread:
            assert {key[0] for key in mine} == {spread}, table
            assert found[spread][:2] == ("bigint" if spread == "part" else "text", "NO"), table
    assert {table for table in columns if place_of(table, columns[table]) == "hash"} == {"sale"}
    assert {place_of(table, columns[table]) for table in ("watermark", "record", "quarantine")} == {"till"}


def test_members_and_tills_are_of_one_type_everywhere(ask):
    for name in ("member", "till"):
        assert {found[name][0] for found in columns_of(ask).values() if name in found} == {"text"}


def test_a_server_does_nothing_by_itself(ask):
    defaults = {found[2] for table in columns_of(ask).values() for found in table.values()}
    assert not [one for one in defaults if one is not None and not re.fullmatch(r"'?-?\d*'?(::bigint)?", one)]
    assert ask("SELECT sequence_name FROM information_schema.sequences WHERE sequence_schema = ?") == []
    assert ask("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = ?") == []
    assert ask("SELECT routine_name FROM information_schema.routines WHERE routine_schema = ?") == []
    foreign = "SELECT conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = ?"
    assert ask(foreign + " AND contype IN ('f', 'x', 't')") == []


def test_every_table_has_its_place_on_the_distributed_engine(ask):
    columns = columns_of(ask)
    spread = dict(re.findall(r"create_distributed_table\('(\w+)', '(\w+)'", CITUS))
    reference = set(re.findall(r"create_reference_table\('(\w+)'\)", CITUS))
    assert reference == REFERENCE
    assert spread == {table: place_of(table, found) for table, found in columns.items() if table not in REFERENCE}
    for table, other in re.findall(r"'(\w+)', '\w+', colocate_with => '(\w+)'", CITUS):
        assert other == "none" or spread[other] == spread[table], table
    assert 8 <= int(re.search(r"shard_count = (\d+)", CITUS)[1]) <= 16
    assert "multi_shard_modify_mode = 'sequential'" in CITUS
    assert "recover_2pc_interval = '5s'" in CITUS


def test_no_statement_moves_a_row_to_another_member_and_none_asks_for_what_not_all_engines_have():
    folder = resources.files("sync.hub")
    sources = [
        path for part in (folder, folder.joinpath("store")) for path in part.iterdir() if path.name.endswith(".py")
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert len(text) > 100_000
    assert re.findall(r"\bSET\b[^\n]*\bmember\s*=", re.sub(r"WHERE[^\n]*", "", text)) == []
    deltas = re.findall(r"deltas=\"([^\"]*)\"", text)
    assert deltas
    assert not [one for one in deltas if "member" in one.split(", ")]
    assert not re.search(r"pg_advisory|\bLISTEN\b|\bNOTIFY\b|nextval|CREATE (OR REPLACE )?(TRIGGER|FUNCTION)", text)
