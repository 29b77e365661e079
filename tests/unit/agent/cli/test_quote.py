"""kopilka quote as a person runs it: answers, and every mistake in words with its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from programmes import HEAD, POINTS, offer

from agent.cli import main

RULES = (
    HEAD
    + POINTS
    + "redeem = {}\n"
    + offer("base", "accrual", 'earn = "5%"')
    + offer("card", "line", 'percent = "10%"', when="member = true")
)
BASKET = {"closed_at": "2026-11-22T10:15:00+03:00", "lines": [{"n": 1, "sku": "s", "price": 100000, "amount": 100000}]}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOPILKA_LANG", "en")
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text(RULES)
    Path("b.json").write_text(json.dumps(BASKET))
    Path("m.json").write_text('{"id": "m", "points": {"main": {"spendable": 340}}}')
    return tmp_path


def quote(*more: str) -> int:
    return main(["quote", "--programme", "p.toml", "--basket", "b.json", *more])


def test_the_answer_is_json(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ([], ["--json"]):
        assert quote("--member", "m.json", *form) == 0
        answer = json.loads(capsys.readouterr().out)
        assert (answer["to_pay"], answer["earned"]["main"]["points"]) == (90000, 45)
        assert {"refused", "trace", "programme", "fiscal_lines"} <= set(answer)
        assert not {"balance", "receipt", "seq", "mark"} & set(answer)


def test_the_answer_as_text_in_both_languages(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert quote("--member", "m.json", "--text") == 0
    assert "To pay: 900.00" in capsys.readouterr().out
    assert quote("--member", "m.json", "--text", "--lang", "ru") == 0
    assert "К оплате: 900,00" in capsys.readouterr().out


def test_without_a_member_and_with_a_card_nobody_knows(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert quote() == 0
    assert json.loads(capsys.readouterr().out)["earned"] == {}
    Path("b.json").write_text(json.dumps({**BASKET, "card": "2811111111114", "id": "S-1"}))
    assert quote() == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["id"], answer["earned"]["main"]["points"]) == ("S-1", 45)


def test_the_moment_is_given_or_the_baskets_or_now(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.toml").write_text(HEAD + offer("night", "line", 'percent = "10%"', when='hours = "22:00-23:00"'))
    assert quote("--at", "2026-11-22T22:30:00+03:00") == 0
    assert json.loads(capsys.readouterr().out)["discount"] == 10000
    assert quote() == 0
    assert json.loads(capsys.readouterr().out)["discount"] == 0
    Path("b.json").write_text(json.dumps({"lines": BASKET["lines"]}))
    assert quote() == 0


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("p.toml", RULES.replace("5%", "5"), 78, ["p.toml:14: offer[0].then.earn", "programme check"]),
        ("p.toml", "\udcff", 78, ["not UTF-8"]),
        ("b.json", "{", 65, ["b.json: the JSON ends too early", "Mend the basket"]),
        ("b.json", '{"lines": []}', 65, ["b.json: $.lines: "]),
        ("b.json", '{"lines": [], "x": 1}', 65, ["b.json"]),
        (
            "b.json",
            json.dumps({**BASKET, "closed_at": "noon"}),
            65,
            ["'noon' is not a moment", "2026-11-22T10:15:00+03:00"],
        ),
        ("b.json", " " * 1_100_000, 65, ["larger than"]),
        ("m.json", '{"id": 5}', 65, ["m.json: $.id", "Mend the member"]),
    ],
)
def test_mistakes(
    files: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, code: int, said: list[str]
) -> None:
    Path(name).write_text(content, errors="surrogateescape")
    assert quote("--member", "m.json") == code
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    for words in said:
        assert words in told.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("p.toml", RULES.replace("5%", "5"), "'5' - не процент; можно: \"5%\""),
        (
            "b.json",
            '{"lines": [{"n": 1, "sku": "s", "price": 1, "amount": 1, "quantity": "0,4"}]}',
            'нужно "2", "0.412"',
        ),
        ("b.json", json.dumps({"lines": BASKET["lines"] * 2}), "две строки с номером 1"),
        ("b.json", "{", "JSON обрывается"),
        ("b.json", " " * 1_100_000, "больше 1048576 байт"),
        ("m.json", '{"id": "m", "birthday": "may"}', 'нужно "02-29"'),
    ],
)
def test_mistakes_in_russian(
    files: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: str,
    said: str,
) -> None:
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    Path(name).write_text(content)
    assert quote("--member", "m.json") in (65, 78)
    assert said in capsys.readouterr().err


def test_a_missing_file(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("b.json").unlink()
    assert quote() == 66
    assert capsys.readouterr().err.startswith("b.json: No such file")
