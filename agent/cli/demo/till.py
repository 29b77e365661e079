"""One till of the demo: its folder, its process, its scanner and printer, and a POS that calls its API."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from typing import Any

from agent.cli.demo.goods import basket
from drivers.printer.profiles import CODECS, profile_named
from drivers.sim.printer import SimulatedPrinter
from drivers.sim.printer_device import PrinterDevice
from drivers.sim.printer_parser import EscposParser
from drivers.sim.scanner import SimulatedScanner

START_S = 20.0
WAIT_S = 15.0
PAUSE_S = 0.02
AGAIN_S = 0.75
FIRST_PORT, PORTS = 20_000, 12_000
_ports = itertools.count(os.getpid() * 37)
"""Where each process looks next, so that two demos side by side ask for different ones."""


class DemoFault(Exception):
    """Something the demo expected did not come about."""


class DemoTill:
    """A real `kopilka run` with simulated devices on a real pty and a real socket."""

    def __init__(self, folder: str, name: str, *, profile: str, programme: str, hub_port: int, lang: str) -> None:
        self.name = name
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder, mode=0o750, exist_ok=True)
        self.port = free_port()
        self.hub_port = hub_port
        self.scanner = SimulatedScanner(os.path.join(self.folder, "scanner"))
        self.printer = simulated_printer(profile)
        self.config = os.path.join(self.folder, "config.toml")
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0
        self._scanned = 0.0
        self._day = time.strftime("%Y%m%d-%H%M%S")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(self._toml(profile, self.printer.listen(), programme, lang))
        self._token = run("token", "add", "pos-1", "--config", self.config).strip()

    def _toml(self, profile: str, printer_port: int, programme: str, lang: str) -> str:
        return f"""# The demo's till {self.name}
[till]
id = "{self.name}"
store = "S014"
store_name = "КОПИЛКА «СОСЕДИ»"
lang = "{lang}"
data = "{self.folder}/data"
programme = "{programme}"

[api]
port = {self.port}
socket = "{self.folder}/api.sock"

[hub]
url = "http://127.0.0.1:{self.hub_port}"
push_s = 1
timeout_s = 5

[receipt]
printer = "receipts"

[[scanner]]
name = "counter"
port = "{self.scanner.path}"
framing = "CR"

[[printer]]
name = "receipts"
transport = "tcp"
host = "127.0.0.1"
port = {printer_port}
profile = "{profile}"
"""

    def enrol(self, code: str) -> None:
        """Join the hub."""
        run("enrol-till", code, "--config", self.config)

    def start(self) -> None:
        """Start the service and wait until it can sell. Raises DemoFault."""
        log = open(os.path.join(self.folder, "log.jsonl"), "ab")  # noqa: SIM115 - the child holds it
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "agent.cli", "run", "--config", self.config], stderr=log, stdout=log
            )
        self.wait(self._healthy, "the till did not start", START_S)

    def _healthy(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise DemoFault(f"till {self.name} ended by itself; see {self.folder}/log.jsonl")
        try:
            return self.call("GET", "/v1/health")[0] == 200
        except (OSError, HTTPException):
            return False

    def kill(self) -> None:
        """SIGKILL: a power cut, as far as the process knows. The devices stay."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """SIGTERM, and off with the devices."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
        self.printer.stop()
        self.scanner.close()

    def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One call of the POS; (status, answer)."""
        code, raw = self._ask(method, path, body)
        return code, json.loads(raw) if raw else None

    def raw(self, method: str, path: str) -> bytes:
        """An answer that is no JSON: a picture of a receipt."""
        return self._ask(method, path, None)[1]

    def _ask(self, method: str, path: str, body: object) -> tuple[int, bytes]:
        line = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {
                "authorization": f"Bearer {self._token}",
                "content-type": "application/json",
                "accept-language": "ru",
            }
            line.request(method, path, None if body is None else json.dumps(body), headers)
            answer = line.getresponse()
            raw = answer.read()
        finally:
            line.close()
        return answer.status, raw

    def scan(self, code: str) -> dict[str, Any]:
        """Show a card to the scanner and wait until the till knows who it is. Raises DemoFault."""
        self.call("DELETE", "/v1/current")
        # The same card again at once is one scan; a person takes longer.
        time.sleep(max(0.0, self._scanned + AGAIN_S - time.monotonic()))
        self._scanned = time.monotonic()
        self.scanner.scan(code)
        self.wait(lambda: self.current()["member"] is not None, f"card {code} was not recognised")
        found: dict[str, Any] = self.current()["member"]
        return found

    def current(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.call("GET", "/v1/current")[1]
        return answer

    def quote(self, *goods: dict[str, object], redeem: dict[str, object] | None = None) -> dict[str, Any]:
        """Work a basket out. Raises DemoFault."""
        return self._must("POST", "/v1/quotes", {"lines": basket(*goods), "redeem": redeem or {}})

    def sell(self, quote: dict[str, Any], *goods: dict[str, object]) -> dict[str, Any]:
        """Commit what was quoted. Raises DemoFault."""
        self._count += 1
        body = {
            "id": f"S014-{self.name}-{self._day}-{self._count:06d}",
            "quote": quote["quote"],
            "receipt_no": str(self._count),
            "cashier": "ivanova",
            "lines": basket(*goods),
            "tenders": [{"type": "card", "amount": quote["to_pay"]}],
        }
        return self._must("POST", "/v1/sales", body)

    def give_back(self, sale: str, line: int) -> dict[str, Any]:
        """Return one piece of a line. Raises DemoFault."""
        self._count += 1
        body = {"id": f"R014-{self.name}-{self._day}-{self._count:06d}", "lines": [{"n": line, "quantity": "1"}]}
        return self._must("POST", f"/v1/sales/{sale}/returns", body)

    def _must(self, method: str, path: str, body: object) -> dict[str, Any]:
        code, answer = self.call(method, path, body)
        if code != 200:
            raise DemoFault(f"{method} {path}: {code} {json.dumps(answer, ensure_ascii=False)}")
        found: dict[str, Any] = answer
        return found

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", "/v1/status")[1]
        return found

    def papers(self) -> list[str]:
        """What came out of the printer so far, a slip a text."""
        return [slip.text for slip in self.printer.paper.receipts]

    def wait(self, until: Any, else_: str, seconds: float = WAIT_S) -> None:
        """Until something holds. Raises DemoFault with what did not."""
        deadline = time.monotonic() + seconds
        while not until():
            if time.monotonic() > deadline:
                raise DemoFault(f"{self.name}: {else_}")
            time.sleep(PAUSE_S)


def simulated_printer(profile: str) -> SimulatedPrinter:
    """A printer that speaks as the profile expects, with the maker's own code page numbers."""
    wide = profile_named(profile)
    pages = {number: CODECS[name] for name, number in wide.code_pages.items()}
    return SimulatedPrinter(PrinterDevice(EscposParser(pages, columns=wide.columns)))


def free_port() -> int:
    """A loopback port nobody uses just now. Raises DemoFault when there is none.

    Below those the kernel hands out to connections, or one of them would have it before the service does.
    """
    import socket

    for _ in range(PORTS):
        port = FIRST_PORT + next(_ports) % PORTS
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise DemoFault("no free port on the loopback")


def run(*words: str, module: str = "agent.cli") -> str:
    """One command to its end; what it printed. Raises DemoFault."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise DemoFault(f"{module} {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
