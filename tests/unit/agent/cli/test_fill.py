"""kopilka fill: the bar in both languages; until there is none, once, and with no till."""

import pytest

from agent.cli import fill, local, main

FOUND = {
    "state": "fetching", "cause": "", "members": 1_000_000, "bytes": 79_000_000, "total_bytes": 158_000_000, "percent": 50,
    "rate": 10_000_000, "eta_s": 8,
}  # fmt: skip


@pytest.fixture
def till(tmp_path, monkeypatch):
    """A till that answers from a list."""
    path = tmp_path / "c.toml"
    path.write_text(f'[till]\ndata = "{tmp_path}"\n[api]\nport = 1\n')
    monkeypatch.setenv("KOPILKA_LANG", "en")
    monkeypatch.setattr(fill, "LOOK_S", 0)
    answers = []
    monkeypatch.setattr(local, "ask", lambda *_given, **_named: answers.pop(0))
    return answers, lambda *words: main(["fill", *words, "--config", str(path)])


def answer(found, members=5):
    return 200, {"fill": found, "members": members}


def test_the_bar_in_both_languages(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    assert fill.bar(FOUND) == "[############............]  50%  79.0 of 158.0 MB  1000000 members  10.0 MB/s, 8 s left"
    assert fill.bar({**FOUND, "eta_s": None}).endswith("1000000 members")
    assert fill.bar({**FOUND, "state": "checking", "percent": 100}).endswith("checking")
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    assert fill.bar(FOUND).endswith("79.0 из 158.0 МБ  участников 1000000  10.0 МБ/с, осталось 8 с")
    assert fill.bar({**FOUND, "state": "waiting", "cause": "storage-full"}).endswith("ждёт: storage-full")


def test_it_is_watched_until_it_is_done(till, capsys):
    answers, call = till
    answers += [answer(FOUND), answer({**FOUND, "percent": 60}), answer(None, 1_000_000)]
    assert call() == 0
    said = capsys.readouterr().out.splitlines()
    assert "50%" in said[0]
    assert said[-1] == "Members at this till: 1000000. No fill is under way."
    assert answers == []


def test_once(till, capsys):
    answers, call = till
    answers += [answer(FOUND), answer({**FOUND, "state": "waiting", "cause": "cut"}), answer(None)]
    assert [call("--once") for _ in range(3)] == [0, 1, 0]
    assert "waits: cut" in capsys.readouterr().out


def test_drawn_on_a_terminal(till, capsys, monkeypatch):
    answers, call = till
    answers += [answer(FOUND), answer(None)]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert call() == 0
    assert capsys.readouterr().out.startswith("\r\x1b[K[####")


def test_a_till_that_wants_a_token(till, capsys):
    answers, call = till
    answers.append((401, None))
    assert call() == 77
    assert capsys.readouterr().err


def test_no_till(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(f'[till]\ndata = "{tmp_path}"\n[api]\nport = 1\n')
    assert main(["fill", "--config", str(path)]) == 69
