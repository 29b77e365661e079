"""The demo: a day that plays itself, and the keys of the one played by hand."""

import os
import pty
import subprocess
import sys
import time

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]


@pytest.mark.parametrize(("lang", "last"), [("ru", "День прошёл без ошибок."), ("en", "The day went without a fault.")])
def test_a_day_plays_itself(tmp_path, lang, last):
    done = subprocess.run(
        [sys.executable, "-m", "agent.cli", "demo", "--once", "--lang", lang, "--folder", str(tmp_path)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.splitlines()[-1] == last
    assert "КОПИЛКА «СОСЕДИ»" in done.stdout


def read_until(master, words, seconds=60):
    said, deadline = b"", time.monotonic() + seconds
    while words not in said:
        assert time.monotonic() < deadline, said.decode(errors="replace")
        said += os.read(master, 65536)
    return said.decode(errors="replace")


def test_by_hand_it_tells_where_to_look_and_obeys_keys(tmp_path):
    master, slave = pty.openpty()
    demo = subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "demo", "--lang", "en", "--folder", str(tmp_path)],
        stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    try:
        said = read_until(master, b"x  end")
        assert "The cashier's page: http://127.0.0.1:" in said
        os.write(master, b"1\n")
        time.sleep(0.5)
        os.write(master, b"s\n")
        assert "*1114" in read_until(master, b"----\r\n")
        os.write(master, b"c\n")
        read_until(master, b"The line is down")
        os.write(master, b"x\n")
        assert demo.wait(30) == 0
    finally:
        demo.kill()
        demo.wait()
        os.close(master)
