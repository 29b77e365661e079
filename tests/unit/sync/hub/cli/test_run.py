"""kopilka-hub run as a real process, ended by a signal."""

import json
import os
import signal
import subprocess
import sys
import urllib.request


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
