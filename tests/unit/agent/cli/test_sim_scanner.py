"""kopilka sim scanner: a line is a scan, the cable obeys, mistakes are said and survived."""

from __future__ import annotations

import argparse
import io
import os
import time

import pytest

from agent.cli import sim_scanner
from drivers.ports.serial import SerialPort
from drivers.sim.scanner import SimulatedScanner


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")


def parse(*words):
    parser = argparse.ArgumentParser()
    sim_scanner.add(parser.add_subparsers())
    return parser.parse_args(["scanner", *words])


@pytest.fixture
def sim(tmp_path):
    with SimulatedScanner(str(tmp_path / "scanner")) as made:
        yield made


def test_lines(sim, capsys):
    port = SerialPort(sim.path)
    for line in ["MEMBER-000001", "hex:3238 0d", "", "!noise"]:
        sim_scanner.obey(sim, line, "LF")
    deadline, data = time.monotonic() + 5, b""
    while len(data) < 20 and time.monotonic() < deadline:
        data += port.read(deadline)
    assert data == b"MEMBER-000001\n28\r\x00\xff\x7f"
    port.close()
    assert capsys.readouterr().err == ""


def test_the_cable(sim, capsys):
    sim_scanner.obey(sim, "!plug", "CR")
    sim_scanner.obey(sim, "!unplug", "CR")
    sim_scanner.obey(sim, "X", "CR")
    sim_scanner.obey(sim, "hex:00", "CR")
    sim_scanner.obey(sim, "!plug", "CR")
    sim_scanner.obey(sim, "!replug", "CR")
    sim_scanner.obey(sim, "hex:zz", "CR")
    assert os.path.exists(sim.path)
    said = [line.removeprefix("kopilka sim scanner: ") for line in capsys.readouterr().err.splitlines()]
    assert said[:3] == ["plugged in already", "not plugged in", "not plugged in"]
    assert said[3].startswith("HEX must be")
    assert len(said) == 4


def test_nobody_reads(sim, capsys, monkeypatch):
    monkeypatch.setattr("drivers.sim.scanner.WRITE_S", 0.05)
    sim_scanner.obey(sim, "x" * 100_000, "CR")
    assert "nobody reads" in capsys.readouterr().err


def test_run_ends_with_its_input_and_takes_the_link_away(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    link = tmp_path / "scanner"
    args = parse("--link", str(link))
    assert args.func(args) == 0
    assert capsys.readouterr().out == f"{link}\n"
    assert not link.is_symlink()


def test_run_tells_that_the_last_scan_was_not_read(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("MEMBER-000001\n"))
    monkeypatch.setattr(sim_scanner, "READ_S", 0.05)
    args = parse("--link", str(tmp_path / "scanner"))
    assert args.func(args) == 69
    assert "nobody reads" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--framing", "BELL"], ["--link", "/nowhere/at/all"]])
def test_mistakes(words, capsys):
    args = parse(*words)
    assert args.func(args) == 64
    assert capsys.readouterr().err.startswith("kopilka sim scanner: ")
