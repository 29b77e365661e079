"""Group commit at the hub's SQLite file: eight tills push one sale after another, together and one by one, turn by turn."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from statistics import median

from hub_kit import Bench, Pen

from agent.sqlite import ThreadWriter
from sync.hub.group import Group
from sync.hub.wiring import monotonic_ms

Row = tuple[str, float, float, str]
Push = Callable[..., Awaitable[object]]
ROUNDS = 5
TILLS = 8
PUSHES = 60
"""A till's, each with one sale, the next one sent when the last is answered."""


class Desk:
    """A hub on a fresh file and its writer's thread."""

    def __init__(self, folder: str) -> None:
        self.bench = Bench(os.path.join(folder, "hub.db"), stores=("s1",) * TILLS)
        self.writer = ThreadWriter()
        self.group = Group(self.bench.hub, self.writer.pool, monotonic_ms=monotonic_ms)

    async def alone(self, till: str, *batch: object) -> object:
        """As without groups: each push a step of its own."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.writer.pool, self.bench.hub.push, self.bench.tills[till], *batch)

    def seconds(self, push: Push, tills: int) -> float:
        """One round over fresh pens: how long all pushes took."""
        pens = [Pen(f"t{n}", clock=self.bench.clock) for n in range(1, tills + 1)]
        batches = [[(pen.till, *one) for one in sales(pen)] for pen in pens]

        async def till(waiting: list[tuple[object, ...]]) -> None:
            for batch in waiting:
                await push(*batch)

        async def run() -> float:
            began = time.perf_counter()
            await asyncio.gather(*map(till, batches))
            return time.perf_counter() - began

        return asyncio.run(run())

    def close(self) -> None:
        self.writer.close()
        self.bench.close()


def sales(pen: Pen) -> list[tuple[object, ...]]:
    found = []
    for n in range(PUSHES):
        pen.sale(f"m{n % 20}", earn=5)
        found.append(pen.batch())
    return found


def rows() -> list[Row]:
    """Pushes a second of eight tills, and one till's push in milliseconds; floor: each push a step of its own."""
    found: dict[tuple[int, str], list[float]] = {(n, way): [] for n in (TILLS, 1) for way in ("group", "alone")}
    for _ in range(ROUNDS):
        for (tills, way), seconds in found.items():
            with tempfile.TemporaryDirectory() as folder:
                desk = Desk(folder)
                push: Push = desk.group.push if way == "group" else desk.alone
                seconds.append(desk.seconds(push, tills) / (tills * PUSHES))
                desk.close()
    best = {key: min(seconds) for key, seconds in found.items()}
    lone = {way: median(found[1, way]) * 1000 for way in ("group", "alone")}
    return [
        ("8 tills push at once, pushes/s", 1 / best[TILLS, "group"], 1 / best[TILLS, "alone"], "> floor: one by one"),
        ("one till pushes, ms a push", lone["group"], lone["alone"], "<= floor: no group"),
    ]
