"""Power cuts: a killer a victim, each counting what its SIGKILL hit, and a line that goes up and down."""

from __future__ import annotations

import os
import random
import struct
import threading
from collections import Counter
from collections.abc import Callable

from kill.shop import Shop

from agent.cli.demo.till import DemoTill

UP_S = (0.05, 0.45)
"""How long a victim runs between its start and the next power cut, seconds."""
JOINED_S, CUT_S = (0.5, 2.0), (0.1, 0.6)
_WAL_HEAD, _FRAME_HEAD = 32, 24


class Power:
    """Kills tills and hub, side by side, until `kills` are done. `hits` counts kills by victim and what was under way."""

    def __init__(self, shop: Shop, *, kills: int, chance: random.Random) -> None:
        self.shop = shop
        self.hits: Counter[str] = Counter()
        self.faults: list[BaseException] = []
        self.over = threading.Event()
        self._left = kills
        self._lock = threading.Lock()
        stage = shop.stage
        works = [self._killer("hub", stage.database, (stage.kill_hub, stage.start_hub), chance)]
        works += [
            self._killer(till.name, database_of(till), (till.kill, till.start), random.Random(chance.random()))
            for till in shop.tills
        ]
        self._killers = [threading.Thread(target=work, name="killer") for work in works]
        self._line = threading.Thread(target=self._guarded(self._cuts, random.Random(chance.random())), name="line")

    @property
    def done(self) -> int:
        with self._lock:
            return sum(self.hits[name] for name in ("hub", *(till.name for till in self.shop.tills)))

    def start(self) -> None:
        for thread in (*self._killers, self._line):
            thread.start()

    def join(self) -> None:
        """Until the last kill is done and everybody is up again."""
        for thread in self._killers:
            thread.join()
        self.over.set()
        self._line.join()

    def _guarded(self, work: Callable[..., None], *args: object) -> Callable[[], None]:
        def run() -> None:
            try:
                work(*args)
            except BaseException as fault:
                self.faults.append(fault)
                self.over.set()

        return run

    def _killer(
        self, name: str, database: str, switch: tuple[Callable[[], None], Callable[[], None]], chance: random.Random
    ) -> Callable[[], None]:
        off, on = switch

        def run() -> None:
            while not self.over.wait(chance.uniform(*UP_S)) and self._take():
                off()
                torn = torn_commit(database)
                with self._lock:
                    self.hits[name] += 1
                    self.hits["mid-commit"] += torn
                on()

        return self._guarded(run)

    def _take(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def _cuts(self, chance: random.Random) -> None:
        line = self.shop.stage.line
        assert line is not None
        while not self.over.wait(chance.uniform(*JOINED_S)):
            line.cut()
            self.hits["line cuts"] += 1
            self.over.wait(chance.uniform(*CUT_S))
            line.join()


def database_of(till: DemoTill) -> str:
    return os.path.join(till.folder, "data", "till.sqlite3")


def torn_commit(database: str) -> bool:
    """Whether a dead writer's log ends in pages of a transaction without its commit: the kill came between two writes of one.

    Frames count while their salt is the header's and their checksum goes on from the last commit's (SQLite, "WAL-Index and
    file format", 4.1).
    """
    try:
        with open(database + "-wal", "rb") as file:
            log = file.read()
    except FileNotFoundError:
        return False
    if len(log) < _WAL_HEAD:
        return False
    magic, _, page, _, salt_1, salt_2 = struct.unpack_from(">6I", log)
    order = ">" if magic & 1 else "<"
    size = _FRAME_HEAD + page
    commit, at = None, _WAL_HEAD
    while at + size <= len(log):
        if struct.unpack_from(">2I", log, at + 8) != (salt_1, salt_2):
            break
        if struct.unpack_from(">I", log, at + 4)[0]:
            commit = at
        at += size
    sums = struct.unpack_from(">2I", log, _WAL_HEAD - 8 if commit is None else commit + 16)
    begin = _WAL_HEAD if commit is None else commit + size
    return begin + size <= len(log) and _goes_on(log[begin : begin + size], sums, order, (salt_1, salt_2))


def _goes_on(frame: bytes, sums: tuple[int, int], order: str, salts: tuple[int, int]) -> bool:
    if struct.unpack_from(">2I", frame, 8) != salts:
        return False
    words = struct.unpack(f"{order}{len(frame) // 4 - 4}I", frame[:8] + frame[_FRAME_HEAD:])
    one, two = sums
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return (one, two) == struct.unpack_from(">2I", frame, 16)
