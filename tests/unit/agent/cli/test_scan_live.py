"""kopilka scan test and record on a simulated scanner, in a thread of the test's own."""

from __future__ import annotations

import json
import os
import threading

import pytest

from agent.cli import main, scan_live
from drivers.sim.scanner import SimulatedScanner


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")


@pytest.fixture
def sim(monkeypatch):
    """A scanner that types `codes` as soon as the command says that it is ready."""
    with SimulatedScanner() as made:
        made.codes = []
        tell = scan_live._tell

        def told(state):
            tell(state)
            if state.state == "ready" and made.codes:
                codes, made.codes = made.codes, []
                threading.Thread(target=lambda: [made.scan(code) for code in codes]).start()

        monkeypatch.setattr(scan_live, "_tell", told)
        yield made


def test_scans_are_shown_as_they_come(sim, capsys):
    sim.codes = ["2811111111114", "4111111111111111", "]E04600494694325"]
    assert main(["scan", "test", "--port", sim.path, "--count", "3"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        'member:  "2811111111114"  id 2811111111114  gtin 02811111111114',
        "payment: a bank card, not a card of the club",
        'product:  "4600494694325"  gtin 04600494694325  ]E0 ean_upc',
    ]
    assert err.startswith(f"{sim.path}: ready: scan something")


def test_json_lines(sim, capsys):
    sim.codes = ["CPN-AB12CD34"]
    assert main(["scan", "test", "--port", sim.path, "--count", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "coupon"


def test_record_writes_captures_that_explain_agrees_with(sim, capsys, tmp_path):
    sim.codes = ["2811111111114", "4111111111111111", "]C10112312312312333235XYZ\x1d10ABC"]
    file = tmp_path / "captures.json"
    assert main(["scan", "record", str(file), "--port", sim.path, "--count", "3"]) == 0
    assert "2 capture(s); 1 bank card(s) left out" in capsys.readouterr().err
    text = file.read_text(encoding="utf-8")
    assert "34313131" not in text
    captures = json.loads(text)["captures"]
    assert [capture["id"] for capture in captures] == ["01-member", "02-product"]
    for capture in captures:
        assert main(["scan", "explain", capture["hex"], "--framing", capture["framing"]]) == 0
        told = json.loads(capsys.readouterr().out)
        assert {key: told[key] for key in capture["expect"]} == capture["expect"]
    assert os.listdir(tmp_path) == ["captures.json"]


def test_record_keeps_what_it_has_when_interrupted(sim, capsys, tmp_path, monkeypatch):
    def scans(*_args):
        yield from list(original(*_args))
        raise KeyboardInterrupt

    original = scan_live._scans
    monkeypatch.setattr(scan_live, "_scans", scans)
    sim.codes = ["MEMBER-000001"]
    file = tmp_path / "captures.json"
    assert main(["scan", "record", str(file), "--port", sim.path, "--count", "1"]) == 0
    assert len(json.loads(file.read_text(encoding="utf-8"))["captures"]) == 1
    assert "1 capture(s)" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [["test"], ["record", "x.json"]])
def test_mistakes(verb, capsys):
    assert main(["scan", *verb, "--framing", "BELL"]) == 64
    assert main(["scan", *verb, "--baud", "1"]) == 64
    assert capsys.readouterr().out == ""


def test_an_absent_port_is_told_in_words(capsys, tmp_path):
    from drivers.shapes import DeviceState

    scan_live._tell(DeviceState("scanner", "scanner", "absent", "gone", {"port": "/dev/ttyACM0"}))
    scan_live._tell(DeviceState("s", "scanner", "degraded", "busy", {"port": "p", "holder": "mm (3)"}))
    scan_live._tell(DeviceState("s", "scanner", "ready", "", {"port": "p", "dropped_stale": 2}))
    scan_live._tell(DeviceState("s", "scanner", "degraded", "port_fault", {"port": "p"}))
    assert capsys.readouterr().err.splitlines() == [
        "/dev/ttyACM0: not there: check the cable and the port's name; waiting for it",
        "p: held by another program: mm (3)",
        "p: ready: scan something (2 half scan(s) dropped)",
        "p: port_fault",
    ]


def test_candidates_have_their_stable_names(tmp_path):
    for row in scan_live.candidates():
        assert set(row) == {"port", "stable", "about", "usb", "holders"}
    assert scan_live._links(str(tmp_path / "none")) == []
    (tmp_path / "usb-x").symlink_to("/dev/null")
    assert scan_live._links(str(tmp_path)) == [str(tmp_path / "usb-x")]
