"""Two real processes: `kopilka sim scanner` types, `kopilka scan test` hears, with the cable pulled in between."""

from __future__ import annotations

import json
import os
import subprocess
import sys

ENV = {**os.environ, "KOPILKA_LANG": "en"}


def start(*words):
    return subprocess.Popen(
        [sys.executable, "-m", "agent.cli", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENV,
    )


def wait_for(stream, word):
    for line in stream:
        if word in line:
            return
    raise AssertionError(f"{word} never came")


def test_typed_in_one_process_scanned_in_another(tmp_path):
    link = str(tmp_path / "scanner")
    with start("sim", "scanner", "--link", link) as sim:
        assert sim.stdout.readline() == f"{link}\n"
        with start("scan", "test", "--port", link, "--count", "3", "--json") as listener:

            def type_line(line):
                print(line, file=sim.stdin, flush=True)

            wait_for(listener.stderr, "ready")
            type_line("MEMBER-000123")
            assert json.loads(listener.stdout.readline())["id"] == "MEMBER-000123"
            type_line("hex:32383131")
            type_line("!replug")
            wait_for(listener.stderr, "check the cable")
            wait_for(listener.stderr, "ready")
            type_line("2811111111114")
            type_line("4111111111111111")
            assert json.loads(listener.stdout.readline())["id"] == "2811111111114"
            payment = listener.stdout.readline()
            assert json.loads(payment)["kind"] == "payment"
            assert "4111" not in payment
            assert listener.wait(20) == 0
            assert "4111" not in listener.stderr.read()
        sim.stdin.close()
        assert sim.wait(20) == 0
    assert os.listdir(tmp_path) == []
