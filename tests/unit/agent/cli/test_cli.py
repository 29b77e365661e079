"""The command itself: help, version, unknown words; every command it names exists."""

import importlib

import pytest

from agent.cli import COMMANDS, VERSION, main


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"kopilka {VERSION}\n"


@pytest.mark.parametrize(("locale", "head"), [("ru_RU.UTF-8", "Копилка"), ("C", "Kopilka")])
def test_help_names_every_command_in_the_language_asked(capsys, monkeypatch, locale, head):
    monkeypatch.setenv("KOPILKA_LANG", locale)
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert head in said
    for name in COMMANDS:
        assert name in said


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(capsys, name):
    assert importlib.import_module(COMMANDS[name][0]).__doc__
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert name in capsys.readouterr().out


def test_an_unknown_command_is_wrong_use(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["frobnicate"])
    assert ended.value.code == 64
    assert "frobnicate" in capsys.readouterr().err
