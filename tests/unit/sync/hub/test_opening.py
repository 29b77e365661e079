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


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("content", [b"something else" * 1000, b""])
def test_no_database_of_ours(tmp_path, check, content):
    path = tmp_path / "hub.db"
    path.write_bytes(content)
    with pytest.raises(CorruptDatabase):
        open_hub(str(path), chance=chance, check=check)


def test_a_short_command_does_not_read_the_whole_file(tmp_path):
    path = str(tmp_path / "hub.db")
    for _ in range(2):
        database, _ = open_hub(path, chance=chance, check=False)
        database.close()
