"""kopilka-hub backed-up, from the operator's chair: begin, check, done, and what is refused."""

import json

import pg_kit
import pytest
from hub_kit import Bench, Pen


@pytest.fixture
def pushed(tmp_path):
    with pg_kit.used(None):
        bench = Bench(tmp_path / "hub.db")
        pen = Pen("t1", clock=bench.clock)
        pen.boot()
        bench.push(pen)
        bench.close()


def test_two_steps_and_an_audit(hub, pushed):
    code, token, _ = hub("backed-up", "begin")
    assert (code, len(token.strip())) == (0, 16)
    code, out, _ = hub("backed-up", "check", token.strip())
    assert code == 0
    assert "all before it is inside" in out
    code, out, _ = hub("backed-up", "done", token.strip(), "--reason", "tape 7", "--json")
    told = json.loads(out)
    assert (code, told["token"], told["epoch"]) == (0, token.strip(), 1)
    assert told["marks"] == [{"till": "t1", "incarnation": 1, "applied": 1}]
    [act] = json.loads(hub("audit", "ls", "--json")[1])
    assert (act["what"], act["subject"], act["reason"]) == ("backed-up", token.strip(), "tape 7")
    assert json.loads(hub("status", "--json")[1])["saved"] > 0


def test_nonsense_is_refused_with_the_next_step(hub, pushed):
    token = hub("backed-up", "begin")[1].strip()
    assert hub("backed-up", "done", token)[0] == 0
    for words in (("done", token), ("done", "never"), ("check", "never")):
        code, out, err = hub("backed-up", *words)
        assert (code, out) == (66, "")
        assert "no such token" in err
        assert "kopilka-hub backed-up begin" in err
    token = hub("backed-up", "begin")[1].strip()
    assert hub("new-epoch", "--reason", "a standby was promoted")[0] == 0
    code, _, err = hub("backed-up", "done", token)
    assert code == 65
    assert "before the hub was restored" in err


def test_it_speaks_russian(hub, pushed, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    token = hub("backed-up", "begin")[1].strip()
    assert "в ней всё до неё" in hub("backed-up", "check", token)[1]
    assert "проверена" in hub("backed-up", "done", token)[1]
    assert "Такой метки копии здесь нет" in hub("backed-up", "done", token)[2]
