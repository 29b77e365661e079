"""kopilka-hub snapshot on a real database."""

import json


def test_a_snapshot_for_new_tills(hub, tmp_path):
    assert "no members" in hub("snapshot")[1]
    (tmp_path / "m.csv").write_text("card,name,points\n2811,Анна,340\n2812,Борис,\n")
    hub("import", str(tmp_path / "m.csv"))
    code, out, _ = hub("snapshot", "--json")
    made = json.loads(out)
    assert (code, made["members"], made["pieces"]) == (0, 2, 1)
    assert "2 members" in hub("snapshot")[1]
    assert (tmp_path / "hub.db.fill" / "manifest.json").exists()
