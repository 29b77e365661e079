"""Mistakes of the command line itself: in its language, with the next step, exit 64."""

from __future__ import annotations

import pytest

from agent.cli import main
from agent.usage import in_russian


@pytest.mark.parametrize(
    ("words", "english", "russian"),
    [
        (["quote"], "are required: --basket, --programme", "не хватает: --basket, --programme"),
        (["quote", "--lang", "de"], "invalid choice: 'de'", "--lang: 'de' нельзя; можно: 'ru', 'en'"),
        (["scan", "explain"], "are required: HEX", "не хватает: HEX"),
        (["programme", "check", "a", "b"], "unrecognized arguments: b", "лишнее: b"),
        (["quote", "--basket"], "argument --basket: expected one argument", "--basket: не хватает значения"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_in_both_languages(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
    words: list[str],
    english: str,
    russian: str,
) -> None:
    monkeypatch.setenv("KOPILKA_LANG", lang)
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 64
    told = capsys.readouterr().err
    assert (russian if lang == "ru" else english) in told
    assert "kopilka" in told.splitlines()[-1]
    assert told.splitlines()[-1].endswith("--help")


def test_what_is_new_stays() -> None:
    assert in_russian("something else") == "something else"
