"""kopilka programme check and explain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from programmes import HEAD, offer

from agent.cli import main


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOPILKA_LANG", "en")
    monkeypatch.chdir(tmp_path)
    rules = offer("a", "line", 'percent = "10%"') + offer("b", "line", 'percent = "5%"', when='lines = "group:x"')
    Path("p.toml").write_text(HEAD + rules)
    Path("b.json").write_text(
        '{"closed_at": "2026-11-22T10:15:00+03:00", "lines": [{"n": 1, "sku": "s", "price": 1000, "amount": 1000}]}'
    )
    return tmp_path


def test_a_sound_file(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["programme", "check", "p.toml"]) == 0
    assert capsys.readouterr().out == "p.toml: all is well. Programme test, version 1, offers: 2.\n"
    assert main(["programme", "check", "p.toml", "--lang", "ru"]) == 0
    assert "всё верно" in capsys.readouterr().out
    assert main(["programme", "check", "p.toml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "faults": [], "warnings": []}


def test_every_fault_and_78(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path("p.toml").read_text().replace("10%", "10").replace('phase = "line"\nwhen', 'phase = "lien"\nwhen')
    Path("p.toml").write_text(text)
    assert main(["programme", "check", "p.toml"]) == 78
    told = [line.split(";")[0] for line in capsys.readouterr().err.splitlines()]
    assert told == [
        "p.toml:9: offer[0].then.percent: '10' is not a percent",
        "p.toml:13: offer[1].phase: 'lien' is not an allowed value",
    ]
    assert main(["programme", "check", "p.toml", "--json"]) == 78
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_warnings_do_not_stop(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Path("p.toml").open("a") as file:
        file.write('[[tier]]\nid = "gold"\nfrom = { spend = 5 }\n')
    assert main(["programme", "check", "p.toml"]) == 0
    assert "tier[0].from: warning: " in capsys.readouterr().out


def test_missing_and_unreadable_files(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["programme", "check", "no.toml"]) == 66
    Path("p.toml").write_bytes(b"\xff")
    assert main(["programme", "check", "p.toml"]) == 78
    Path("p.toml").write_bytes(b" " * 1_100_000)
    assert main(["programme", "check", "p.toml"]) == 78
    assert "Traceback" not in capsys.readouterr().err


def test_explain_one_and_all(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explain = ["programme", "explain", "p.toml", "--basket", "b.json"]
    assert main([*explain, "--offer", "b"]) == 0
    assert capsys.readouterr().out == "b: no goods of this offer in the basket\n"
    assert main(explain) == 0
    assert capsys.readouterr().out == "a: applies: 1.00 off\n"
    assert main([*explain, "--offer", "b", "--json", "--lang", "ru"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"offer": "b", "code": "no-lines", "text": "в чеке нет подходящих товаров", "numbers": {}}
    ]
    assert main([*explain, "--offer", "nobody"]) == 65
