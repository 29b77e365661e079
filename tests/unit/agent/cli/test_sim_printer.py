"""kopilka sim printer as a process: what is sent to its port becomes files."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from printing import fast
from sample_receipts import design_receipt_ru, everything

from agent.cli import main
from drivers.printer.attempt import Printed
from drivers.printer.copies import as_copy
from drivers.printer.direct import print_now
from drivers.printer.escpos import receipt_job
from drivers.printer.profiles import PROFILES
from drivers.printer.settings import PrinterSettings

EPSON = PROFILES["epson-80"]


@pytest.mark.parametrize("line", ["tcp", "pty"])
def test_receipts_become_files(line: str, tmp_path) -> None:
    words = ["--pty"] if line == "pty" else ["--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "sim", "printer", *words, "--out", str(tmp_path / "out"), "--count", "2"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "KOPILKA_LANG": "en"},
    ) as process:
        try:
            assert process.stdout is not None
            place = re.match(r"printer on (\S+);", process.stdout.readline()).group(1)
            if line == "pty":
                settings = PrinterSettings(name="p", transport="serial", path=place, profile="epson-80")
            else:
                settings = fast(int(place.rpartition(":")[2]), ack_wait_s=5.0, silence_s=5.0)
            assert print_now(settings, receipt_job(as_copy(design_receipt_ru(), "09:58"), EPSON)) == Printed()
            assert print_now(settings, receipt_job(everything(), EPSON)) == Printed()
            said = process.stdout.read()
            assert process.wait(10) == 0
        finally:
            process.kill()
    assert sorted(os.listdir(tmp_path / "out")) == [f"receipt-{n:04d}.{e}" for n in (1, 2) for e in ("png", "txt")]
    text = (tmp_path / "out" / "receipt-0001.txt").read_text("utf-8")
    assert "К О П И Я" in text
    assert "карта *4471 Золотой" in text
    assert said.count("a copy") == 1


def test_a_port_that_is_taken(capsys, monkeypatch, tmp_path) -> None:
    import socket

    monkeypatch.setenv("KOPILKA_LANG", "en")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["sim", "printer", "--port", port, "--out", str(tmp_path)]) == 69
    assert port in capsys.readouterr().err
    assert main(["sim", "printer", "--port", "70000", "--out", str(tmp_path)]) == 64


def test_a_folder_that_cannot_be(capsys, tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    assert main(["sim", "printer", "--out", str(tmp_path / "file" / "x")]) == 73
    assert main(["sim", "printer", "--profile", "epsn", "--out", str(tmp_path)]) == 64
