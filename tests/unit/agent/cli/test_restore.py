"""kopilka restore: what it says; the restoring itself: tests/unit/agent/runtime/test_restoring.py."""

import json

import pytest
from joined_till import joined

from agent.cli import main
from agent.runtime.backups import make_backup


@pytest.fixture
def kit(tmp_path):
    parts = joined(tmp_path)
    backup = make_backup(parts.settings, parts.store, now_ms=parts.clock.now_ms())
    parts.store.close()
    config = tmp_path / "c.toml"
    config.write_text(f'[till]\ndata = "{parts.settings.till.data}"\nprogramme = "{parts.settings.till.programme}"\n')
    return backup, ["--config", str(config)]


@pytest.mark.parametrize(("lang", "words"), [("ru", "Запустите кассу"), ("en", "Start the till")])
def test_it_says_what_was_done_and_what_to_do(kit, monkeypatch, capsys, lang, words):
    monkeypatch.setenv("KOPILKA_LANG", lang)
    backup, config = kit
    assert main(["restore", backup, *config]) == 0
    said = capsys.readouterr().out
    assert words in said
    assert "before-" in said


def test_json(kit, capsys):
    backup, config = kit
    assert main(["restore", backup, "--json", *config]) == 0
    assert json.loads(capsys.readouterr().out)["seq"] == 1


def test_a_file_that_is_not_there(kit, capsys):
    _, config = kit
    assert main(["restore", "/nowhere.sqlite3", *config]) == 66
    assert "Traceback" not in capsys.readouterr().err


def test_a_damaged_copy_is_told_as_the_copys_fault(kit, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    _, config = kit
    wrong = tmp_path / "notes.sqlite3"
    wrong.write_bytes(b"notes" * 999)
    assert main(["restore", str(wrong), *config]) == 74
    said = capsys.readouterr().err
    assert f"The copy will not do: {wrong}" in said
    assert "Take an earlier one" in said
