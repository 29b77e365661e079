"""kopilka-hub till on a real database."""

import json
import sqlite3
from contextlib import closing


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


def test_a_stores_name_fits_on_a_receipt(hub):
    for name in ("ы" * 61, "two\nlines", "\x1b@"):
        code, _, err = hub("till", "add", "T1", "--store", "S1", "--store-name", name)
        assert code == 64
        assert "up to 60" in err
    assert hub("till", "list")[1].strip() == "-"
    assert hub("till", "add", "T1", "--store", "S1", "--store-name", "ы" * 60)[0] == 0


def test_a_code_for_a_till_in_use_says_what_it_would_do(hub, tmp_path):
    said = hub("till", "add", "T1", "--store", "S1")[1]
    assert "joined already" not in said
    assert "joined already" not in hub("till", "add", "T1", "--store", "S1")[1]
    with closing(sqlite3.connect(tmp_path / "hub.db")) as database, database:
        database.execute("UPDATE till SET enrolled = 1, public_key = 'k'")
    said = hub("till", "add", "T1", "--store", "S2")[1]
    assert "joined already" in said
    assert "Its store is S2 from now on, was S1" in said
    assert json.loads(hub("till", "add", "T1", "--store", "S2", "--json")[1])["joined"] is True
    assert hub("till", "revoke", "T1")[0] == 0
    assert json.loads(hub("till", "add", "T1", "--store", "S2", "--json")[1])["joined"] is False
