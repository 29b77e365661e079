"""The demo's stage: a hub, a line that can be cut, two tills with their devices; all real processes on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from typing import Any

from agent.cli.demo.cut import CutLine
from agent.cli.demo.goods import MEMBERS
from agent.cli.demo.till import START_S, DemoFault, DemoTill, free_port, run
from agent.runtime.wiring import TEMPLATE

HUB = "sync.hub.cli"


class Stage:
    """Everything of the demo, started in order and ended in reverse."""

    def __init__(self, folder: str, *, lang: str, programme: str = TEMPLATE) -> None:
        self.folder = folder
        self.lang = lang
        self.programme = os.path.abspath(programme)
        self.database = os.path.join(folder, "hub", "hub.sqlite3")
        os.makedirs(os.path.dirname(self.database), exist_ok=True)
        self.hub_port = free_port()
        self._hub: subprocess.Popen[bytes] | None = None
        self.line: CutLine | None = None
        self.tills: list[DemoTill] = []

    def hub(self, *words: str) -> str:
        """One `kopilka-hub` command on the demo's database; what it printed."""
        return run("--database", self.database, *words, module=HUB)

    def start(self, names: tuple[str, ...] = ("T1", "T2"), *, members_csv: str = MEMBERS) -> None:
        """Raises DemoFault."""
        members = os.path.join(self.folder, "members.csv")
        with open(members, "w", encoding="utf-8") as file:
            file.write(members_csv)
        self.hub("migrate")
        self.hub("programme", "publish", self.programme)
        self.hub("import", members)
        codes = {name: json.loads(self.hub("till", "add", name, "--store", "S014", "--json"))["code"] for name in names}
        self.start_hub()
        self.line = CutLine(self.hub_port)
        for n, name in enumerate(names):
            till = DemoTill(
                self.folder,
                name,
                profile="epson-80" if n == 0 else "epson-58",
                programme=self.programme,
                hub_port=self.line.port,
                lang=self.lang,
            )
            self.tills.append(till)
            till.enrol(codes[name])
            till.start()

    def start_hub(self) -> None:
        """Start the hub's service and wait until it answers. Raises DemoFault."""
        log = open(os.path.join(self.folder, "hub", "log.jsonl"), "ab")  # noqa: SIM115 - the child holds it
        with log:
            self._hub = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    HUB,
                    "--database",
                    self.database,
                    "run",
                    "--listen",
                    f"127.0.0.1:{self.hub_port}",
                ],
                stderr=log,
                stdout=log,
            )
        deadline = time.monotonic() + START_S
        while not self._hub_answers():
            if self._hub.poll() is not None or time.monotonic() > deadline:
                raise DemoFault(f"the hub did not start; see {self.folder}/hub/log.jsonl")
            time.sleep(0.02)

    def kill_hub(self) -> None:
        """SIGKILL."""
        assert self._hub is not None
        self._hub.kill()
        self._hub.wait()

    def _hub_answers(self) -> bool:
        line = HTTPConnection("127.0.0.1", self.hub_port, timeout=2)
        try:
            line.request("GET", "/v1/health")
            return line.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            line.close()

    def member(self, card: str) -> dict[str, Any]:
        """A member as the hub has it."""
        found: dict[str, Any] = json.loads(self.hub("member", "show", "--card", card, "--json"))
        return found

    def stop(self) -> None:
        """In reverse order; nothing of ours is left running."""
        for till in reversed(self.tills):
            till.stop()
        if self.line is not None:
            self.line.close()
        if self._hub is not None and self._hub.poll() is None:
            self._hub.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._hub.wait(5)
            if self._hub.poll() is None:
                self.kill_hub()
