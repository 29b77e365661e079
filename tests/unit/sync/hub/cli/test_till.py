"""kopilka-hub till on a real database."""

import json


def test_tills(hub):
    code, out, _ = hub("till", "add", "T1", "--store", "S1", "--store-name", "Первый", "--json")
    assert code == 0
    assert len(json.loads(out)["code"]) == 14
    assert json.loads(hub("till", "list", "--json")[1])[0]["state"] == "invited"
    assert "Первый" in hub("till", "list")[1]
    assert hub("till", "revoke", "T1")[0] == 0
    assert json.loads(hub("till", "list", "--json")[1])[0]["state"] == "revoked"
    assert hub("till", "revoke", "T2")[0] == 66
    assert hub("till", "add", "T 1", "--store", "S1")[0] == 64
