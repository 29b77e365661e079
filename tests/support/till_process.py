"""A real till process without devices, for tests of the service and the commands."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time

from agent.cli.demo.till import free_port

PROGRAMME = """
[programme]
id = "t"
version = 1
currency = "RUB"
timezone = "Europe/Moscow"
[points.main]
worth = "100"
redeem = { max_share = "100%" }
[[offer]]
id = "base"
phase = "accrual"
then = { earn = "10%" }
"""


class TillProcess:
    """`kopilka run` in a folder; `port` 0 in the configuration would not be known, so a free one is taken."""

    def __init__(self, folder, *, extra: str = "") -> None:
        self.folder = str(folder)
        self.port = free_port()
        programme = os.path.join(self.folder, "programme.toml")
        with open(programme, "w", encoding="utf-8") as file:
            file.write(PROGRAMME)
        self.config = os.path.join(self.folder, "config.toml")
        self.socket = os.path.join(self.folder, "api.sock")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(
                f'[till]\nid = "T1"\nstore = "S1"\ndata = "{self.folder}/data"\nprogramme = "{programme}"\n'
                f'[api]\nport = {self.port}\nsocket = "{self.socket}"\n{extra}'
            )
        self.process: subprocess.Popen[str] | None = None
        self.token = self.command("token", "add", "pos").stdout.strip()

    def command(self, *words, check=True, **env):
        """One kopilka command with --config at its end."""
        return subprocess.run(
            [sys.executable, "-m", "agent.cli", *words, "--config", self.config],
            capture_output=True, text=True, check=check, timeout=60, env={**os.environ, "KOPILKA_LANG": "en", **env},
        )  # fmt: skip

    def start(self, **env) -> TillProcess:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agent.cli", "run", "--config", self.config],
            stderr=subprocess.PIPE, text=True, env={**os.environ, **env},
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.call("GET", "/v1/health")[0] == 200:
                    return self
            time.sleep(0.02)
        raise AssertionError(f"the till did not start: {self.stop()[1]}")

    def stop(self, number=signal.SIGTERM):
        """(exit code, what it logged, seconds it took)."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(number)
        said = self.process.communicate(timeout=30)[1]
        return self.process.returncode, said, time.monotonic() - began

    def call(self, method, path, body=None, **headers):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            sent = {"authorization": f"Bearer {self.token}", "content-type": "application/json", **headers}
            line.request(method, path, None if body is None else json.dumps(body), sent)
            answer = line.getresponse()
            raw = answer.read()
            return answer.status, json.loads(raw) if raw else None
        finally:
            line.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def sale(name, *, amount=10_000, card="2811111111114", **more):
    """The body of a sale of one line."""
    return {"id": name, "lines": [{"n": 1, "sku": "1", "price": amount, "amount": amount}], "card": card, **more}
