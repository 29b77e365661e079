"""kopilka-hub as people and scripts call it, on a real database; run as a real process, ended by a signal."""

import json
import os
import signal
import subprocess
import sys
import urllib.request

import pytest

from sync.hub import cli

MEMBERS = "card,name,points,phone\n2811-1111,Анна С.,340,+79161234567\n2812,Борис,,\n"


@pytest.fixture
def hub(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")

    def call(*words):
        code = cli.main(["--database", str(tmp_path / "hub.db"), *words])
        done = capsys.readouterr()
        return code, done.out, done.err

    return call


def test_members_are_imported_and_shown(hub, tmp_path):
    (tmp_path / "m.csv").write_text(MEMBERS)
    code, out, _ = hub("import", str(tmp_path / "m.csv"), "--json")
    assert (code, json.loads(out)) == (0, {"rows": 2, "fresh": 2, "points": 340, "skipped": 0})
    code, out, _ = hub("member", "show", "--card", "28111111", "--json")
    shown = json.loads(out)
    assert (shown["name"], shown["balance"], shown["masked"]) == ("Анна С.", {"points:main": 340}, "*1111")
    assert "Анна С." in hub("member", "show", "--phone", "8 916 123-45-67")[1]
    assert hub("member", "show", "--id", shown["member"])[0] == 0
    code, _, err = hub("member", "show", "--card", "9")
    assert code == 66
    assert "no such member" in err


def test_a_faulty_file_imports_nothing(hub, tmp_path):
    (tmp_path / "m.csv").write_text("card,points\n1,5\n2,x\n")
    code, _, err = hub("import", str(tmp_path / "m.csv"))
    assert code == 64
    assert "m.csv:3: points: 'x'" in err
    assert hub("member", "show", "--card", "1")[0] == 66
    assert hub("import", str(tmp_path / "m.csv"), "--skip-bad")[0] == 0
    assert hub("member", "show", "--card", "1")[0] == 0


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


def test_programmes(hub, tmp_path):
    text = '[programme]\nid = "p"\nversion = {}\ncurrency = "RUB"\ntimezone = "Asia/Omsk"\n'
    path = tmp_path / "p.toml"
    path.write_text(text.format(2))
    assert hub("programme", "check", str(path))[0] == 0
    assert hub("programme", "publish", str(path))[0] == 0
    path.write_text(text.format(1))
    code, _, err = hub("programme", "publish", str(path))
    assert code == 65
    assert "not above" in err
    path.write_text(text.format('"x"'))
    code, _, err = hub("programme", "publish", str(path))
    assert code == 78
    assert f"{path}:3: programme.version" in err
    assert hub("programme", "check", str(tmp_path / "none.toml"))[0] == 66
    assert [row["version"] for row in json.loads(hub("programme", "list", "--json")[1])] == [2]


def test_migrate_and_quarantine(hub, tmp_path):
    assert str(tmp_path) in hub("migrate")[1]
    assert hub("quarantine", "ls") == (0, "-\n", "")


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


def test_the_service_runs_until_it_is_told_to_stop(tmp_path):
    command = [
        sys.executable,
        "-m",
        "sync.hub.cli",
        "--database",
        str(tmp_path / "hub.db"),
        "run",
        "--listen",
        "127.0.0.1:0",
    ]
    hub = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.getcwd()})
    try:
        ready = next(json.loads(line) for line in hub.stderr if '"ready"' in line)
        with urllib.request.urlopen(f"http://{ready['address']}/v1/health", timeout=10) as answer:
            assert json.load(answer)["status"] == "ok"
        hub.send_signal(signal.SIGTERM)
        assert hub.wait(20) == 0
    finally:
        hub.kill()
        hub.stderr.close()
