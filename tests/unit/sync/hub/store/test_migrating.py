"""A server's schema: made by whoever comes first, found by the others, refused when it is newer or somebody else's."""

import threading

import pg_kit
import pytest
from hub_kit import chance

from agent.errors import CorruptDatabase, NewerDatabase
from sync.hub.opening import open_hub
from sync.hub.store import meta, migrating
from sync.hub.store.schema import STEPS
from sync.hub.store.server import Server
from sync.hub.store.steps import transaction


@pytest.fixture
def dsn(server, tmp_path):
    """A schema that nobody has touched; thrown away afterwards."""
    with pg_kit.used(server):
        name = server.fresh()
        yield server.reach(name)
        server.drop(name)


def test_made_once_by_several_at_once(dsn):
    found = []
    threads = [threading.Thread(target=lambda: found.append(open_hub(dsn, chance=chance))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 4
    assert {keys.programme_key for _, keys in found} == {bytes(range(32))}
    assert [meta.read(database, name) for database, _ in found[:1] for name in ("schema", "epoch")] == ["1", "1"]
    for database, _ in found:
        database.close()


def test_a_newer_one_is_refused_and_one_ahead_is_read(dsn):
    database, _ = open_hub(dsn, chance=chance)
    meta.write(database, "schema", str(len(STEPS) + 1))
    with transaction(database):
        assert migrating.migrate(database, STEPS) == len(STEPS) + 1
    meta.write(database, "schema", str(len(STEPS) + 2))
    with pytest.raises(NewerDatabase), transaction(database):
        migrating.migrate(database, STEPS)
    database.close()


@pytest.mark.parametrize("table", ["orders (id INT)", "meta (name TEXT, value TEXT)"])
def test_somebody_elses_is_refused(dsn, table):
    database = Server(dsn)
    database.execute_sql(f"CREATE TABLE {table}")
    with pytest.raises(CorruptDatabase):
        open_hub(dsn, chance=chance)
    database.close()
