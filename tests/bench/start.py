"""How long commands and the service take to come up."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time

from agent.cli.demo.till import DemoTill
from agent.runtime.wiring import TEMPLATE

RUNS = 5
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def cpu_ms(words: list[str]) -> float:
    """CPU of one finished child, best of RUNS, after one run that compiles."""
    best = float("inf")
    for _ in range(RUNS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, capture_output=True, env=ENV)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
    return best


def rows() -> list[tuple[str, float, float, str]]:
    floor = cpu_ms([sys.executable, "-c", "pass"])
    version = cpu_ms([sys.executable, "-m", "agent.cli", "--version"])
    ready = float("inf")
    with tempfile.TemporaryDirectory() as folder:
        for n in range(RUNS):
            till = DemoTill(folder, f"B{n}", profile="epson-80", programme=TEMPLATE, hub_port=1, lang="ru")
            began = time.monotonic()
            till.start()
            ready = min(ready, time.monotonic() - began)
            till.stop()
    return [
        ("kopilka --version, CPU ms", version, floor, "< 80 ms; floor: python -c pass"),
        ("service ready to sell, ms", ready * 1000, floor, "< 1000 ms; floor: python -c pass, CPU"),
    ]
