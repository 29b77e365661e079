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


def test_a_server_is_told_where(hub, tmp_path, monkeypatch):
    config = tmp_path / "hub.toml"
    config.write_text('database = "postgresql://nobody@127.0.0.1:1/none"\n')
    from sync.hub import cli

    assert cli.main(["--config", str(config), "snapshot"]) == 78
