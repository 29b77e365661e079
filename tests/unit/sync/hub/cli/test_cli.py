"""kopilka-hub: its words, its languages, wrong use."""

import pytest

from sync.hub import cli


@pytest.mark.parametrize("words", [[], ["nothing"], ["till"], ["till", "add", "T1"], ["member", "show"]])
def test_wrong_use_ends_with_64(hub, capsys, words):
    with pytest.raises(SystemExit) as ended:
        hub(*words)
    assert ended.value.code == 64
    assert "usage: kopilka-hub" in capsys.readouterr().err


@pytest.mark.parametrize(("lang", "word"), [("ru", "запустить службу"), ("en", "run the service")])
def test_help_is_in_both_languages(capsys, monkeypatch, lang, word):
    monkeypatch.setenv("KOPILKA_LANG", lang)
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    assert word in capsys.readouterr().out
