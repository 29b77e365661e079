import importlib
import pkgutil
import re
import string
import subprocess
import sys

import pytest

import agent.messages
from agent.messages import CODES, say
from agent.messages.shape import Words


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_says_what_why_and_what_next_in_both_languages(code):
    entry = CODES[code]
    assert set(entry) == {"ru", "en"}
    for lang, parts in entry.items():
        assert len(parts) == 3
        for part in parts:
            assert 0 < len(part) <= 100
            assert "\n" not in part
        assert bool(re.search("[а-яё]", parts[0])) == (lang == "ru")
        assert bool(re.search("[а-яё]", parts[2])) == (lang == "ru")
    ru, en = (set().union(*map(names, entry[lang])) for lang in ("ru", "en"))
    assert ru == en, "the same fields in both languages"
    assert all(name.isidentifier() for name in ru)


def test_codes_are_words_with_hyphens():
    assert [code for code in CODES if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)] == []


def test_no_code_is_in_two_topics():
    found = [
        importlib.import_module(f"agent.messages.{name}")
        for _, name, _ in pkgutil.iter_modules(agent.messages.__path__)
    ]
    topics = [
        module.CODES for module in found if hasattr(module, "CODES") and not module.__name__.endswith(".catalogue")
    ]
    assert len(topics) >= 5
    assert sum(map(len, topics)) == len(CODES)


def test_fields_are_filled_in_and_lacking_ones_are_a_dash():
    assert say("database-newer", {"found": 9, "known": 7}, "en").why == "It is version 9; this release reads up to 7."
    assert say("database-newer", {}, "ru").why == "Версия базы –, программа понимает до –."


def test_a_hostile_field_stays_on_its_line():
    told = say("not-found", {"path": "\x1b[31m\n{x}" + "a" * 9999}, "en")
    assert isinstance(told, Words)
    assert len(told.why) < 200
    assert told.why.isprintable()


def test_every_command_a_sentence_names_exists():
    """A remedy that cannot be typed is worse than none."""
    from agent.cli import COMMANDS

    done = subprocess.run(
        [sys.executable, "-m", "sync.hub.cli", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    of_hub = set(re.findall(r"^    ([a-z-]+)  ", done.stdout, re.MULTILINE))
    assert {"run", "till", "import"} <= of_hub
    named = [
        (code, found)
        for code, entry in CODES.items()
        for said in entry.values()
        for found in re.findall(r"(kopilka(?:-hub)?) ([a-z][a-z-]+)", " ".join(said))
    ]
    assert named
    for code, (command, word) in named:
        assert word in (of_hub if command == "kopilka-hub" else COMMANDS), f"{code}: {command} {word}"
