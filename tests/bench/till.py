"""A real till over HTTP: quotes, sales, scans, memory, idling; the floor is the same work done barely."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import statistics
import tempfile
import threading
import time
from http.client import HTTPConnection

from agent.cli.demo.goods import ANNA
from agent.cli.demo.stage import Stage
from agent.cli.demo.till import DemoTill

SALES = int(os.environ.get("KOPILKA_BENCH_SALES", "10000"))
QUOTES = 400
SCANS = 200
IDLE_S = 20.0
MEMBERS = 500
"""Who comes to one till in such a time: twenty visits each, none of them told back by a hub."""


ONE_OFFER = """
[programme]
id = "bench"
version = 1
currency = "RUB"
timezone = "Europe/Moscow"
[points.main]
worth = "100"
redeem = { max_share = "30%" }
lots = { pending = "14d", expires = "365d" }
[[offer]]
id = "base"
phase = "accrual"
then = { earn = "5%" }
"""


def programme() -> str:
    """Fifty offers, a dozen of which act on the basket."""
    offers = [
        f"""
[[offer]]
id = "o{n}"
phase = "line"
when = {{ lines = "group:g{n % 40}" }}
then = {{ percent = "{1 + n % 9}%" }}
"""
        for n in range(49)
    ]
    return ONE_OFFER + "".join(offers)


def basket(lines: int) -> list[dict[str, object]]:
    return [
        {
            "n": n,
            "sku": f"460{n:010d}",
            "name": f"Товар {n}",
            "groups": [f"g{n}"],
            "price": 9900 + n,
            "amount": 9900 + n,
            "tax_rate": "22",
        }
        for n in range(1, lines + 1)
    ]


def card(number: int) -> str:
    """The n-th member's EAN-13."""
    digits = f"28{number:010d}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return digits + str(-(odd + 3 * even) % 10)


class Client:
    """One kept connection, as a POS holds it."""

    def __init__(self, till: DemoTill) -> None:
        self.till = till
        self.line = HTTPConnection("127.0.0.1", till.port, timeout=30)
        self.line.connect()
        self.line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.headers = {"authorization": f"Bearer {till._token}", "content-type": "application/json"}

    def call(self, path: str, body: object) -> float:
        """Milliseconds of one call."""
        data = json.dumps(body)
        began = time.perf_counter()
        self.line.request("POST", path, data, self.headers)
        answer = self.line.getresponse()
        raw = answer.read()
        took = (time.perf_counter() - began) * 1000
        assert answer.status == 200, raw[:500]
        return took


def percentile(values: list[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def raw_commit_ms(folder: str) -> float:
    """The median of a bare durable commit of one 2 KB row on the same disk."""
    database = sqlite3.connect(os.path.join(folder, "floor.sqlite3"), isolation_level=None)
    database.executescript(
        "PRAGMA journal_mode=wal; PRAGMA synchronous=full; CREATE TABLE t (n INTEGER PRIMARY KEY, b BLOB)"
    )
    times = []
    for _ in range(300):
        began = time.perf_counter()
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO t (b) VALUES (?)", (b"x" * 2048,))
        database.execute("COMMIT")
        times.append((time.perf_counter() - began) * 1000)
    database.close()
    return statistics.median(times)


def raw_http_ms(client: Client) -> float:
    """The median of the cheapest call."""
    times = []
    for _ in range(200):
        began = time.perf_counter()
        client.line.request("GET", "/v1/health")
        client.line.getresponse().read()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def memory_mb(pid: int) -> float:
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def usage(pid: int) -> tuple[float, int]:
    """(CPU seconds, wake-ups) of all threads so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    wakes = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status", encoding="ascii") as file:
            wakes += next(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt"))
    return cpu, wakes


def scan_to_event_ms(till: DemoTill) -> list[float]:
    """From the last byte on the pty to the event on the stream."""
    stream = socket.create_connection(("127.0.0.1", till.port))
    stream.sendall(
        f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:{till.port}\r\nAuthorization: Bearer {till._token}\r\n\r\n".encode()
    )
    seen = threading.Semaphore(0)

    def read() -> None:
        left = b""
        while chunk := _received(stream):
            left += chunk
            while b"event: scan" in left:
                left = left.partition(b"event: scan")[2]
                seen.release()

    threading.Thread(target=read, daemon=True).start()
    time.sleep(0.5)
    times = []
    for n in range(SCANS):
        time.sleep(0.02)
        began = time.perf_counter()
        till.scanner.scan(card(n))
        if not seen.acquire(timeout=5):
            raise RuntimeError("a scan did not come through")
        times.append((time.perf_counter() - began) * 1000)
        till.call("DELETE", "/v1/current")
    stream.close()
    return times


def _received(stream: socket.socket) -> bytes:
    try:
        return stream.recv(65536)
    except OSError:
        return b""


def rows() -> list[tuple[str, float, float, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bench.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(programme())
        till = DemoTill(folder, "B1", profile="epson-80", programme=path, hub_port=1, lang="ru")
        try:
            till.start()
            found = measured(till, folder)
        finally:
            till.stop()
    return [*found, *idle_with_a_hub()]


def idle(till: DemoTill) -> tuple[float, float]:
    """(CPU %, wake-ups a second) of a till that nobody asks anything."""
    assert till._process is not None
    pid = till._process.pid
    time.sleep(5)
    cpu, wakes = usage(pid)
    time.sleep(IDLE_S)
    after, woken = usage(pid)
    return (after - cpu) / IDLE_S * 100, (woken - wakes) / IDLE_S


def idle_with_a_hub() -> list[tuple[str, float, float, str]]:
    """The same for a till that has joined a hub, at the intervals a shop has by default."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(folder, lang="ru")
        try:
            stage.start(("B2",))
            till = stage.tills[0]
            till.kill()
            with open(till.config, encoding="utf-8") as file:
                text = file.read().replace("push_s = 1", "push_s = 5")
            with open(till.config, "w", encoding="utf-8") as file:
                file.write(text)
            till.start()
            cpu, wakes = idle(till)
        finally:
            stage.stop()
    return [("idle with a hub, CPU %", cpu, 0, "< 0.5 %"), ("idle with a hub, wake-ups a second", wakes, 0, "< 3")]


def measured(till: DemoTill, folder: str) -> list[tuple[str, float, float, str]]:
    assert till._process is not None
    pid = till._process.pid
    client = Client(till)
    found: list[tuple[str, float, float, str]] = []
    health = raw_http_ms(client)
    quotes = [client.call("/v1/quotes", {"lines": basket(20), "card": ANNA}) for _ in range(QUOTES)]
    found.append(
        ("quote 20 lines x 50 offers over HTTP, p50 ms", statistics.median(quotes), health, "floor: GET /v1/health")
    )
    found.append(("quote 20 lines x 50 offers over HTTP, p99 ms", percentile(quotes, 0.99), health, "p99 < 15 ms"))
    scans = scan_to_event_ms(till)
    found.append(("scan bytes -> event at the stream, p99 ms", percentile(scans, 0.99), health, "p99 < 20 ms"))
    cpu, wakes = idle(till)
    found.append(("idle alone, CPU %", cpu, 0, "< 0.5 %"))
    found.append(("idle alone, wake-ups a second", wakes, 0, "< 3"))
    commit = raw_commit_ms(folder)
    fresh = memory_mb(pid)
    client = Client(till)
    sales = []
    for n in range(SALES):
        body = {
            "id": f"B-{n}",
            "lines": basket(3),
            "card": card(n % MEMBERS),
            "receipt_no": str(n),
            "print": n % 20 == 0,
        }
        sales.append(client.call("/v1/sales", body))
    found.append(
        (
            "sale over HTTP, p50 ms",
            statistics.median(sales),
            commit,
            f"<= floor + 5 ms = {commit + 5:.2f}; floor: raw durable commit",
        )
    )
    found.append(("sale over HTTP, p99 ms", percentile(sales, 0.99), commit, ""))
    found.append(
        (f"memory after {SALES} sales with printing, MB", memory_mb(pid), fresh, "< 64 MB; floor: before them")
    )
    return found
