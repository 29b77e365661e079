"""kopilka page pair."""

import json

from agent.cli import main


def test_a_code_and_where_to_type_it(tmp_path, capsys, monkeypatch):
    path = tmp_path / "c.toml"
    path.write_text(f'[till]\ndata = "{tmp_path}/data"\n[api]\nport = 8123\n')
    assert main(["page", "pair", "--json", "--config", str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["page"] == "http://127.0.0.1:8123/"
    assert len(told["code"]) == 8
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    assert main(["page", "pair", "--config", str(path)]) == 0
    assert "введите код" in capsys.readouterr().out
