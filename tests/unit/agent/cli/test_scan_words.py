"""Every text in both languages, with the same fields."""

from __future__ import annotations

import re

import pytest

from agent.cli.scan_words import WORDS, Misuse, say


@pytest.mark.parametrize("code", WORDS)
def test_both_languages_have_the_same_fields(code):
    english, russian = WORDS[code]
    assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", russian))
    assert re.search("[а-яё]", russian)
    assert not re.search("[а-яё]", english)


def test_the_language_is_that_of_the_command_line(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    assert say("ready") == "готов: сканируйте"
    monkeypatch.setenv("KOPILKA_LANG", "en")
    assert str(Misuse("framing", given="X", allowed="CR")) == "unknown framing X; allowed: CR"
