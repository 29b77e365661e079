from __future__ import annotations

import string

import pytest

from agent.cli.printer_words import WORDS, say


@pytest.mark.parametrize("code", sorted(WORDS))
def test_both_languages_say_the_same_fields(code: str) -> None:
    english, russian = WORDS[code]
    fields = [sorted(name for _, name, _, _ in string.Formatter().parse(text) if name) for text in (english, russian)]
    assert fields[0] == fields[1]


def test_the_language_is_that_of_the_command_line(monkeypatch) -> None:
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    assert say("ready") == "готов"
    monkeypatch.setenv("KOPILKA_LANG", "en")
    assert say("printed", name="p") == "p: printed"


def test_every_cause_a_printer_may_have_has_words() -> None:
    causes = {"cover_open", "paper_out", "printer_error", "printer_offline", "silent", "no_ack", "stalled", "paper_low"}
    assert causes | {"gone", "timed_out", "busy", "denied", "port_fault", "unasked"} <= set(WORDS)
