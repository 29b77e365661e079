"""kopilka scan explain and list: the captures through the command, its mistakes in one line, its configuration."""

from __future__ import annotations

import json

import pytest
from scan_cases import NAMED, expected

from agent.cli import main
from agent.cli.scan import check_framing
from agent.cli.scan_words import Misuse

ONE_PIECE = [(name, capture) for name, capture in NAMED if isinstance(capture["hex"], str)]


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")


def explain(capsys, *words):
    code = main(["scan", "explain", *words])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


@pytest.mark.parametrize(("name", "capture"), ONE_PIECE, ids=[name for name, _ in ONE_PIECE])
def test_captures(capsys, name, capture):
    code, told, err = explain(capsys, capture["hex"], "--framing", capture["framing"])
    wanted = expected(capture)
    several = told if isinstance(told, list) else [told]
    assert (code, err) == (0, "")
    assert [{key: one[key] for key in want} for one, want in zip(several, wanted, strict=True)] == wanted
    assert isinstance(told, list) == isinstance(capture["expect"], list)
    assert all(one["trace"] for one in several)


@pytest.mark.parametrize(("name", "capture"), ONE_PIECE, ids=[name for name, _ in ONE_PIECE])
def test_captures_with_the_framing_left_out(capsys, name, capture):
    _, told, _ = explain(capsys, capture["hex"])
    first = told[0] if isinstance(told, list) else told
    assert first["kind"] == expected(capture)[0]["kind"]


@pytest.mark.parametrize(
    "words", [["32 38 31 31 31 31 31 31 31 31 31 31 34 0D"], ["32:38:31:31", "313131313131310x31,0x34"]]
)
def test_hex_as_people_write_it_and_without_terminator(capsys, words):
    assert explain(capsys, *words)[1]["id"] == "2811111111114"


def test_titles_follow_the_trace(capsys):
    _, told, _ = explain(capsys, b"]C10112312312312333".hex())
    assert told["trace"][-1] == "(01) GTIN: 12312312312333"


def test_nothing_of_a_payment_card_is_told(capsys):
    code, told, err = explain(capsys, b"4111111111111111\r".hex())
    assert code == 0
    assert told["kind"] == "payment"
    assert "4111" not in json.dumps(told) + err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["zz"], "pairs of 0-9"),
        (["3"], "pairs of 0-9"),
        ([" "], "empty"),
        (["32", "--framing", "BELL"], "unknown framing BELL; allowed: CR, LF"),
        (["32", "--scanner", "front"], "needs --config"),
    ],
)
def test_mistakes_are_one_line_and_64(capsys, words, said):
    code, told, err = explain(capsys, *words)
    assert (code, told) == (64, None)
    assert said in err
    assert err.count("\n") == 1


def test_mistakes_in_russian(capsys, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    assert "пары знаков" in explain(capsys, "zz")[2]


def test_bad_hex_is_not_repeated(capsys):
    assert "4111" not in explain(capsys, "4111111111111111z")[2]


CONFIG = """
[[scanner]]
name = "front"
port = "/dev/ttyS9"
framing = "TAB"
code_page = "cp1251"

[[scanner]]
name = "back"
port = "/dev/ttyS8"
framing = "LF"

[recognition]
own_prefixes = [{ prefix = "7777", length = 16 }]

[[recognition.rules]]
name = "our-card"
kind = "member"
pattern = "K(?P<id>[0-9]{6})"

[[recognition.rules]]
name = "never"
kind = "gift"
pattern = "K1[0-9]{5}"
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return str(path)


def test_rules_and_framing_of_a_configuration(capsys, config):
    code, told, err = explain(capsys, b"K123456\t".hex(), "--config", config)
    assert (code, told["kind"], told["id"], told["rule"]) == (0, "member", "123456", "our-card")
    assert "rule never never holds" in err
    assert explain(capsys, b"K123456\n".hex(), "--config", config, "--scanner", "back")[1]["id"] == "123456"
    assert explain(capsys, b"K123456\r".hex(), "--config", config, "--framing", "CR")[1]["id"] == "123456"
    assert explain(capsys, "Ирина".encode("cp1251").hex(), "--config", config)[1]["payload"] == "Ирина"


def test_faults_of_a_configuration(capsys, config, tmp_path):
    assert explain(capsys, "32", "--config", config, "--scanner", "side")[0] == 64
    broken = tmp_path / "broken.toml"
    broken.write_text(CONFIG.replace('"7777"', '"4276"').replace("[0-9]{6}", "[0-9]*"), encoding="utf-8")
    code, told, err = explain(capsys, "32", "--config", str(broken))
    assert (code, told) == (78, None)
    assert "payment range" in err
    assert "upper bound" in err
    assert ":14: " in err


def test_what_is_no_whole_frame_is_an_empty_list(capsys):
    code, told, err = explain(capsys, "78" * 5000 + "0d")
    assert (code, told) == (0, [])
    assert "1 longer than max_len" in err


def test_list(capsys, monkeypatch):
    rows = [
        {"port": "/dev/ttyACM0", "stable": "/dev/serial/by-id/usb-X", "about": "", "usb": "", "holders": ["mm (3)"]},
        {"port": "/dev/ttyS0", "stable": "", "about": "A chip", "usb": "", "holders": []},
    ]
    monkeypatch.setattr("agent.cli.scan_live.candidates", lambda: rows)
    assert main(["scan", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == rows
    assert main(["scan", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "/dev/ttyACM0  serial port",
        '  write in the configuration: port = "/dev/serial/by-id/usb-X"',
        "  held by mm (3)",
        "/dev/ttyS0  A chip",
    ]
    rows.clear()
    assert main(["scan", "list"]) == 0
    assert "USB-COM" in capsys.readouterr().out


def test_framing_names():
    assert check_framing("none+timeout") == "none"
    with pytest.raises(Misuse, match="BELL"):
        check_framing("BELL")
