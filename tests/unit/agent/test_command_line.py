"""Every word of every command's help is in the language of the command line."""

import argparse
import importlib
import re

import pytest

from agent import cli
from agent.command_line import lang
from agent.usage import Parser
from sync.hub import cli as hub_cli


def till():
    parser = Parser(prog="kopilka")
    commands = parser.add_subparsers()
    for name, (module, english, russian) in cli.COMMANDS.items():
        importlib.import_module(module).add(commands)
        yield f"{name} (list of commands)", english, russian
    yield from words(parser)


def hub():
    yield from words(hub_cli._parser())


def words(parser):
    """(where, what is said) of a parser and all below it."""
    if parser.description:
        yield parser.prog, parser.description
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from ((f"{parser.prog} {choice.dest}", choice.help) for choice in action._choices_actions)
            for inner in action.choices.values():
                yield from words(inner)
        else:
            yield f"{parser.prog} {action.dest}", action.help


def said(of):
    return [(where, texts[-1] or "") for where, *texts in of()]


@pytest.mark.parametrize("of", [till, hub])
def test_in_russian(of, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    found = said(of)
    assert len(found) > 60
    assert [one for one in found if not re.search("[а-яё]", one[1])] == []


@pytest.mark.parametrize("of", [till, hub])
def test_in_english(of, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    assert [one for one in said(of) if not one[1]] == []
    assert [one for one in said(of) if not one[0].endswith("(list of commands)") and re.search("[а-яё]", one[1])] == []


@pytest.mark.parametrize(
    ("lang", "head"), [("ru", "использование: kopilka-hub till"), ("en", "usage: kopilka-hub till")]
)
def test_the_frame_of_a_help_is_in_it_too(lang, head, monkeypatch, capsys):
    monkeypatch.setenv("KOPILKA_LANG", lang)
    with pytest.raises(SystemExit):
        hub_cli.main(["till", "add", "--help"])
    text = capsys.readouterr().out
    assert text.startswith(head)
    assert ("показать эту справку" in text, "show this help" in text) == (lang == "ru", lang == "en")
    with pytest.raises(SystemExit) as ended:
        hub_cli.main(["till", "add"])
    assert ended.value.code == 64
    assert ("не хватает: till" in capsys.readouterr().err) == (lang == "ru")


def test_the_language_follows_the_environment(monkeypatch):
    for name in ("KOPILKA_LANG", "LC_ALL", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert lang() == "en"
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    assert lang() == "ru"
    monkeypatch.setenv("KOPILKA_LANG", "en")
    assert lang() == "en"
