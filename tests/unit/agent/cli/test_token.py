"""kopilka token add|list|revoke."""

import json

import pytest

from agent.cli import main


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(f'[till]\ndata = "{tmp_path}/data"\n')
    return str(path)


def test_add_list_revoke(config, capsys):
    assert main(["token", "add", "pos-1", "--config", config]) == 0
    token = capsys.readouterr().out.strip()
    assert len(token) > 30
    assert main(["token", "add", "office", "--scope", "read", "--json", "--config", config]) == 0
    assert json.loads(capsys.readouterr().out)["scope"] == "read"
    assert main(["token", "list", "--config", config]) == 0
    listed = capsys.readouterr().out
    assert "pos-1" in listed
    assert token not in listed
    assert main(["token", "revoke", "pos-1", "--config", config]) == 0
    capsys.readouterr()
    assert main(["token", "list", "--json", "--config", config]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["office"]


def test_a_name_twice_and_one_nobody_has(config, capsys):
    main(["token", "add", "a", "--config", config])
    assert main(["token", "add", "a", "--config", config]) == 65
    assert main(["token", "revoke", "b", "--config", config]) == 66
    assert "Traceback" not in capsys.readouterr().err
