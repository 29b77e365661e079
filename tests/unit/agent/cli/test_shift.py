"""kopilka shift end: what is asked of the till, and what is said of its answer; a running till is asked in tests/system."""

import pytest

from agent.cli import local, main

ANSWER = {"ended": "2026-11-22T06:58:00Z", "leases": 3, "online": True}


@pytest.fixture
def asked(tmp_path, monkeypatch):
    path = tmp_path / "c.toml"
    path.write_text(f'[till]\ndata = "{tmp_path}"\n[api]\nport = 1\n')
    calls, answer = [], [200, ANSWER]
    monkeypatch.setattr(local, "ask", lambda _settings, *words, **_: (calls.append(words), tuple(answer))[1])
    return calls, answer, ["shift", "end", "--config", str(path)]


@pytest.mark.parametrize(
    ("lang", "online", "words"),
    [
        ("ru", True, "в течение минуты"),
        ("ru", False, "недоступен"),
        ("en", True, "within a minute"),
        ("en", False, "away"),
    ],
)
def test_it_says_when_the_rights_go_back(asked, monkeypatch, capsys, lang, online, words):
    calls, answer, command = asked
    monkeypatch.setenv("KOPILKA_LANG", lang)
    answer[1] = {**ANSWER, "online": online}
    assert main(command) == 0
    said = capsys.readouterr().out
    assert words in said
    assert "3" in said
    assert calls == [("POST", "/v1/shift/end", {})]


def test_json(asked, capsys):
    assert main([*asked[2], "--json"]) == 0
    assert '"leases": 3' in capsys.readouterr().out


@pytest.mark.parametrize(("status", "code"), [(401, 77), (503, 69)])
def test_refused(asked, status, code, capsys):
    asked[1][:] = [status, {}]
    assert main(asked[2]) == code
    assert "Traceback" not in capsys.readouterr().err


def test_no_till(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(f'[till]\ndata = "{tmp_path}"\n[api]\nport = 1\n')
    assert main(["shift", "end", "--config", str(path)]) == 69
