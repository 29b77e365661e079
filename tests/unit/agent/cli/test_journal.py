"""kopilka journal, as a person calls them."""

from __future__ import annotations

import json

import pytest
from journal_commands import journal, run, spoil

from agent.cli import main
from agent.rows import position


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")


@pytest.fixture
def path(tmp_path):
    return journal(tmp_path)


def test_verify_good(capsys, path):
    code, out, err = run(capsys, "journal", "verify", "--database", path)
    assert (code, err) == (0, "")
    assert out.startswith("Good records: 7 (2/3 ")


def test_verify_bad(capsys, path):
    spoil(path, f"UPDATE journal SET line = CAST(replace(line, 'T1', 'T2') AS BLOB) WHERE n = {position(1, 3)}")
    code, out, _ = run(capsys, "journal", "verify", "--database", path)
    assert code == 65
    assert "Good records: 2" in out
    assert "The first bad record is 1/3: its bytes were changed." in out


def test_verify_in_russian(capsys, path, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    assert "Верных записей: 7" in run(capsys, "journal", "verify", "--database", path)[1]
    spoil(path, f"DELETE FROM journal WHERE n = {position(1, 3)}")
    code, out, _ = run(capsys, "journal", "verify", "--database", path)
    assert code == 65
    assert "Первая неверная запись 1/4: перед ней нет записей." in out


def test_verify_odd_receipts(capsys, path):
    spoil(path, f"INSERT INTO receipt VALUES ('r-1', {position(1, 2)}, 0, x'00', x'00')")
    code, out, _ = run(capsys, "journal", "verify", "--database", path)
    assert code == 65
    assert "Not as their records: 1: receipt r-1" in out


def test_verify_for_machines(capsys, path):
    code, out, _ = run(capsys, "journal", "verify", "--json", "--database", path)
    found = json.loads(out)
    assert (code, found["count"], found["bad"], found["inc"], found["seq"]) == (0, 7, None, 2, 3)


def test_export(capsysbinary, path):
    assert main(["journal", "export", "--database", path]) == 0
    rows = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert [(row["inc"], row["seq"]) for row in rows] == [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (2, 3)]
    assert all(row["record"]["seq"] == row["seq"] and len(row["hash"]) == 64 for row in rows)


@pytest.mark.parametrize(("after", "count"), [("2/1", 2), ("1/3", 4), ("2", 1), ("4", 3), ("99", 3), ("2/3", 0)])
def test_export_after(capsysbinary, path, after, count):
    """A bare number is that of the newest incarnation which has it."""
    assert main(["journal", "export", "--after", after, "--database", path]) == 0
    assert len(capsysbinary.readouterr().out.splitlines()) == count


def test_export_of_a_damaged_record_stays_ndjson(capsysbinary, path):
    spoil(path, f"UPDATE journal SET line = x'0aff7b' WHERE n = {position(1, 2)}")
    main(["journal", "export", "--database", path])
    rows = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert rows[1]["damaged"] == "Cv97"
    assert len(rows) == 7


@pytest.mark.parametrize("word", ["x", "-1", "1/", "/1", "1/2/3", "²", "9" * 29, f"{1 << 24}/1", f"1/{1 << 41}"])
def test_no_number(capsys, path, word):
    with pytest.raises(SystemExit) as caught:
        run(capsys, "journal", "export", f"--after={word}", "--database", path)
    assert caught.value.code == 64


@pytest.mark.parametrize(
    "words",
    [("journal", "verify"), ("journal", "export"), ("queue", "ls"), ("queue", "export"), ("queue", "show", "1")],
)
def test_no_database_and_not_a_database(capsys, tmp_path, words):
    missing, other = str(tmp_path / "no.sqlite3"), tmp_path / "other.sqlite3"
    code, _, err = run(capsys, *words, "--database", missing)
    assert (code, missing in err, "Traceback" in err) == (66, True, False)
    assert not (tmp_path / "no.sqlite3").exists()
    other.write_bytes(b"no database " * 1000)
    code, _, err = run(capsys, *words, "--database", str(other))
    assert (code, "damaged" in err, "Traceback" in err) == (74, True, False)


def test_the_database_of_the_configuration(capsys, path, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(f'[till]\ndata = "{tmp_path}"\n')
    assert run(capsys, "journal", "verify", "--config", str(config))[0] == 0
