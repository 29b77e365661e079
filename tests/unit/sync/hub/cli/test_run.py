"""kopilka-hub run as a real process, ended by a signal."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import urllib.request

from agent import log
from sync.hub.cli import main


def test_the_service_runs_until_it_is_told_to_stop(tmp_path):
    command = [
        sys.executable,
        "-m",
        "sync.hub.cli",
        "--database",
        str(tmp_path / "hub.db"),
        "run",
        "--listen",
        "127.0.0.1:0",
    ]
    hub = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.getcwd()})
    try:
        ready = next(json.loads(line) for line in hub.stderr if '"ready"' in line)
        with urllib.request.urlopen(f"http://{ready['address']}/v1/health", timeout=10) as answer:
            assert json.load(answer)["status"] == "ok"
        hub.send_signal(signal.SIGTERM)
        assert hub.wait(20) == 0
    finally:
        hub.kill()
        hub.stderr.close()


def test_a_start_that_is_refused_leaves_logging_as_it_was(tmp_path):
    before = [
        (name, logging.getLogger(name).propagate, list(logging.getLogger(name).handlers)) for name in log.PACKAGES
    ]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        at = f"127.0.0.1:{taken.getsockname()[1]}"
        assert main(["--database", str(tmp_path / "hub.db"), "run", "--listen", at]) != 0
    after = [(name, logging.getLogger(name).propagate, list(logging.getLogger(name).handlers)) for name in log.PACKAGES]
    assert after == before
