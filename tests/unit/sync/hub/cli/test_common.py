"""Which settings and which database a command takes."""

import json

import pytest

from sync.hub import cli


def test_a_broken_configuration_is_told_whole(hub, tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text('databse = "x"\n[listen]\nport = 99999\n')
    code, _, err = hub("--config", str(path), "migrate")
    assert code == 78
    assert f"{path}:1: databse" in err
    assert f"{path}:3: listen.port" in err
    assert hub("migrate", "--config", str(tmp_path / "none.toml"))[0] == 78
    assert hub("run", "--listen", "nowhere")[0] == 78


def test_a_file_that_is_no_database(hub, tmp_path):
    (tmp_path / "hub.db").write_bytes(b"no database" * 500)
    assert hub("till", "list")[0] == 74


def test_the_configuration_names_the_database(tmp_path, capsys):
    path = tmp_path / "hub.toml"
    path.write_text(f'database = "{tmp_path}/other.db"\n')
    assert cli.main(["--config", str(path), "migrate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"database": f"{tmp_path}/other.db"}


def test_words_that_are_no_text_are_refused_before_anything_runs(hub, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        hub("member", "show", "--id", "\udcff")
    assert ended.value.code == 64
    assert "not UTF-8" in capsys.readouterr().err
    assert not (tmp_path / "hub.db").exists()
