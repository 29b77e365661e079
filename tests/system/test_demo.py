"""The demo: a day that plays itself, and the keys of the one played by hand."""

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest
from processes import left_of

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


def read_until(master, *words, seconds=60):
    """What was said until all of the words had been."""
    said, deadline = b"", time.monotonic() + seconds
    while not all(word in said for word in words):
        assert time.monotonic() < deadline, said.decode(errors="replace")
        if select.select([master], [], [], 0.1)[0]:
            said += os.read(master, 65536)
    return said.decode(errors="replace")


@contextlib.contextmanager
def by_hand(folder):
    """A demo on a terminal of its own; when the test is over nothing of it runs."""
    master, slave = pty.openpty()
    demo = subprocess.Popen(
        # Whoever runs the tests may have had them ignore SIGHUP (nohup), and what is ignored is inherited.
        ["env", "--default-signal=HUP", sys.executable, "-m", "agent.cli", "demo", "--lang", "en", "--folder", str(folder)],
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    try:
        yield demo, master
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(demo.pid, signal.SIGKILL)
        demo.wait()
        os.close(master)


def test_by_hand_it_tells_where_to_look_and_obeys_keys(tmp_path):
    with by_hand(tmp_path) as (demo, master):
        assert "The cashier's page: http://127.0.0.1:" in read_until(master, b"x  end")
        os.write(master, b"1\n")
        read_until(master, b"card *1114, ")
        os.write(master, b"s\n")
        read_until(master, b"Sale ", b"*1114")
        os.write(master, b"2\n")
        read_until(master, b"card *8909, ")
        os.write(master, b"4\n")
        read_until(master, b"card *8909, ")
        os.write(master, b"c\n")
        read_until(master, b"The line is down")
        os.write(master, b"x\n")
        assert demo.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_by_a_signal_it_leaves_nothing_running(tmp_path, number):
    with by_hand(tmp_path) as (demo, master):
        read_until(master, b"x  end")
        assert len(left_of(tmp_path)) == 4
        demo.send_signal(number)
        assert demo.wait(30) == 0
        assert left_of(tmp_path) == []
