"""A hub's database made, opened again, healed of what an import broke off, and refused when it is somebody else's."""

import pytest
from hub_kit import chance

from agent.errors import CorruptDatabase
from sync.hub.opening import open_hub
from sync.hub.store import meta


def test_made_and_opened_again(tmp_path):
    path = str(tmp_path / "hub.db")
    database, keys = open_hub(path, chance=chance)
    assert meta.read(database, "epoch") == "1"
    meta.write(database, "epoch", "2")
    database.execute_sql("DROP INDEX card_hmac")
    database.close()
    database, again = open_hub(path, chance=lambda count: b"x" * count)
    assert (again, meta.read(database, "epoch")) == (keys, "2")
    assert database.execute_sql("SELECT count(*) FROM sqlite_master WHERE name = 'card_hmac'").fetchone() == (1,)
    database.close()


def test_no_database_of_ours(tmp_path):
    path = tmp_path / "hub.db"
    path.write_bytes(b"something else" * 1000)
    with pytest.raises(CorruptDatabase):
        open_hub(str(path), chance=chance)
