"""kopilka config check|show."""

import json

from agent.cli import main

GOOD = '[till]\nid = "T9"\n'


def test_a_good_file(tmp_path, capsys, monkeypatch):
    path = tmp_path / "c.toml"
    path.write_text(GOOD)
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    assert main(["config", "check", str(path)]) == 0
    assert "всё верно" in capsys.readouterr().out
    assert main(["config", "show", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["till"]["id"] == "T9"


def test_every_fault_and_78(tmp_path, capsys):
    path = tmp_path / "c.toml"
    path.write_text('[till]\nidd = "x"\n[api]\nport = "y"\n')
    assert main(["config", "check", str(path)]) == 78
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert main(["config", "check", str(path), "--json"]) == 78
    assert len(json.loads(capsys.readouterr().out)["faults"]) == 2


def test_the_programme_is_checked_too(tmp_path, capsys):
    programme = tmp_path / "p.toml"
    programme.write_text("[programme]\n")
    path = tmp_path / "c.toml"
    path.write_text(f'[till]\nprogramme = "{programme}"\n')
    assert main(["config", "check", str(path)]) == 78
    assert "p.toml" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert main(["config", "check", str(tmp_path / "none.toml")]) == 78
    assert "none.toml" in capsys.readouterr().err
