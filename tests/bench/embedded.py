"""A till with the hub inside: what it weighs after a long day and how it idles; the floor is the same till working alone."""

from __future__ import annotations

import statistics
import tempfile

from bench.till import SALES, Client, basket, card, idle, memory_mb
from till_process import TillProcess

Row = tuple[str, float, float, str]
MEMBERS = 500
EMBEDDED = "[hub]\nembedded = true\n"


class Till(TillProcess):
    """A till as the bench's client and its idle watch know one."""

    @property
    def _token(self) -> str:
        return self.token

    @property
    def _process(self) -> object:
        return self.process


def day(extra: str) -> tuple[float, float, float, float]:
    """(CPU % idle, wake-ups a second idle, a sale's p50 in ms, MB after all sales)."""
    with tempfile.TemporaryDirectory() as folder, Till(folder, extra=extra) as till:
        cpu, wakes = idle(till)
        client, times = Client(till), []
        for n in range(SALES):
            body = {"id": f"B-{n}", "lines": basket(3), "card": card(n % MEMBERS), "receipt_no": str(n)}
            times.append(client.call("/v1/sales", body))
        weight = memory_mb(till.process.pid)
        till.stop()
    return cpu, wakes, statistics.median(times), weight


def rows() -> list[Row]:
    """Beside the same day of a till alone."""
    cpu, wakes, sale_ms, weight = day(EMBEDDED)
    cpu_alone, wakes_alone, sale_alone, weight_alone = day("")
    return [
        ("hub inside: idle, CPU %", cpu, cpu_alone, "< 0.5 %; floor: alone"),
        ("hub inside: idle, wake-ups a second", wakes, wakes_alone, "< 3"),
        ("hub inside: sale over HTTP, p50 ms", sale_ms, sale_alone, ""),
        (f"hub inside: memory after {SALES} sales, MB", weight, weight_alone, "< 64 MB"),
    ]
