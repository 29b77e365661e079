"""kopilka queue, as a person calls them."""

from __future__ import annotations

import json

import pytest
from journal_commands import journal, run, spoil

from agent.cli import main
from agent.rows import position


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")


@pytest.fixture
def path(tmp_path):
    return journal(tmp_path)


def test_queue_ls(capsys, path):
    code, out, _ = run(capsys, "queue", "ls", "--database", path)
    assert code == 0
    assert out.splitlines()[0] == "Waiting for the hub: 4 (boot 1, notice 3)"
    assert [line.split()[:2] for line in out.splitlines()[1:]] == [
        ["1/4", "notice"],
        ["2/1", "boot"],
        ["2/2", "notice"],
        ["2/3", "notice"],
    ]


def test_queue_ls_limited(capsys, path):
    out = run(capsys, "queue", "ls", "--limit", "1", "--database", path)[1]
    assert out.splitlines()[-1] == "... and 3 more"
    found = json.loads(run(capsys, "queue", "ls", "--json", "--limit", "2", "--database", path)[1])
    assert (found["unsent"], found["kinds"], len(found["records"])) == (4, {"boot": 1, "notice": 3}, 2)


def test_nothing_waits(capsys, path):
    spoil(path, f"UPDATE meta SET value = '{position(2, 3)}' WHERE key = 'acked'")
    assert run(capsys, "queue", "ls", "--database", path)[1] == "Everything is delivered.\n"


def test_queue_show(capsys, path):
    code, out, _ = run(capsys, "queue", "show", "2/2", "--database", path)
    assert code == 0
    assert out.startswith("2/2 notice waits for the hub ")
    assert json.loads(out.split("\n", 1)[1])["seq"] == 2
    assert run(capsys, "queue", "show", "1/2", "--database", path)[1].startswith("1/2 notice delivered ")


def test_queue_show_nothing(capsys, path):
    code, _, err = run(capsys, "queue", "show", "99", "--database", path)
    assert code == 66
    assert "99" in err


def test_queue_export(capsysbinary, path):
    assert main(["queue", "export", "--database", path]) == 0
    rows = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert [(row["inc"], row["seq"]) for row in rows] == [(1, 4), (2, 1), (2, 2), (2, 3)]
