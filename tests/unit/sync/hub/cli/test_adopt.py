"""kopilka-hub adopt on real files."""

import json

import msgspec
from hub_kit import Bench

from sync.hub.store import tills


def embedded(path):
    """A hub with one enrolled till."""
    bench = Bench(path)
    tills.save(bench.database, msgspec.structs.replace(bench.tills["t1"], public_key="11" * 32))
    bench.close()


def test_it_moves_the_hub_and_says_what_to_do_next(hub, tmp_path):
    (tmp_path / "data").mkdir()
    embedded(tmp_path / "data" / "hub.sqlite3")
    code, out, _ = hub("adopt", str(tmp_path / "data"), "--json")
    assert (code, json.loads(out)["tills"]) == (0, ["t1"])
    assert hub("till", "list")[0] == 0
    code, _, err = hub("adopt", str(tmp_path / "data"))
    assert (code, "There is a hub already" in err) == (65, True)
    code, out, _ = hub("adopt", str(tmp_path / "data" / "hub.sqlite3"), "--database", str(tmp_path / "other.db"))
    assert code == 65


def test_the_words_name_the_till_and_the_address(hub, tmp_path):
    (tmp_path / "data").mkdir()
    embedded(tmp_path / "data" / "hub.sqlite3")
    out = hub("adopt", str(tmp_path / "data"))[1]
    assert "At till t1 take `embedded` out" in out
    assert f"kopilka-hub run --database {tmp_path}/hub.db" in out
