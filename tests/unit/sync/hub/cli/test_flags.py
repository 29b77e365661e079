"""kopilka-hub flags ls."""

import json


def test_none_and_some(hub, tmp_path):
    assert hub("flags", "ls", "--json")[:2] == (0, "[]\n")
    from agent.sqlite import open_database
    from sync.hub.store import flags

    database = open_database(str(tmp_path / "hub.db"))
    flags.put(database, [flags.Flag("T1", 1, 5, "mismatch", {"loss": 3})], at=7)
    database.close()
    (row,) = json.loads(hub("flags", "ls", "--json")[1])
    assert row == {"at": 7, "till": "T1", "incarnation": 1, "seq": 5, "code": "mismatch", "numbers": {"loss": 3}}
    assert "mismatch" in hub("flags", "ls")[1]
