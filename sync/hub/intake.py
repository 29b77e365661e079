"""How many pushes the hub takes in at once: as many as it can answer before their tills give up, one a till, and those it sent away first.

Belongs on the event loop, so it needs no lock. What is refused costs the hub a signature's check and is told when to come again.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterator

from agent.errors import Unavailable

MOST = 64
LEAST = 8
"""Of pushes under way, however slow the disk: they share commits."""
PATIENCE_MS = 4_000
"""A push that would wait longer is better sent away: a till hangs up after ten seconds, and asks again for what is being done."""
REMEMBERED_MS = 15_000
"""So long is a till that was sent away let in before others."""
HELD_BYTES = 64 * 1024 * 1024
"""Of bodies that are being read or wait for the writer."""


class Intake:
    """Places for pushes, and room for their bytes."""

    def __init__(self, *, monotonic_ms: Callable[[], int], most: int = MOST, held_bytes: int = HELD_BYTES) -> None:
        self._monotonic_ms = monotonic_ms
        self._most = most
        self._room = held_bytes
        self._inside: set[str] = set()
        self._away: OrderedDict[str, int] = OrderedDict()
        self._push_ms = 0.0
        """What one push takes of the writer's time, by the last ones."""

    @contextlib.contextmanager
    def place(self, till: str) -> Iterator[None]:
        """A place for one push. Raises Unavailable (hub-busy) when the till has one already or none is free for it."""
        began = self._monotonic_ms()
        self._enter(till, began)
        company = len(self._inside)
        try:
            yield
        finally:
            self._inside.discard(till)
            self._push_ms += ((self._monotonic_ms() - began) / company - self._push_ms) / 8

    @contextlib.contextmanager
    def bytes(self) -> Iterator[Callable[[int], None]]:
        """Counts bytes that are held until it ends. What it yields raises Unavailable (hub-busy) when there is no more room."""
        held = 0

        def hold(count: int) -> None:
            nonlocal held
            if count > self._room:
                raise self._busy()
            self._room -= count
            held += count

        try:
            yield hold
        finally:
            self._room += held

    def _enter(self, till: str, now_ms: int) -> None:
        while self._away and next(iter(self._away.values())) < now_ms - REMEMBERED_MS:
            self._away.popitem(last=False)
        limit = self._limit()
        # Half of the places are kept for those who were sent away: who is served comes back at once, and would have them all.
        kept = 0 if till in self._away else min(len(self._away), limit // 2)
        if till in self._inside or limit - len(self._inside) <= kept:
            self._away.setdefault(till, now_ms)
            raise self._busy()
        self._away.pop(till, None)
        self._inside.add(till)

    def _limit(self) -> int:
        timely = int(PATIENCE_MS / self._push_ms) if self._push_ms else self._most
        return min(self._most, max(LEAST, timely))

    def _busy(self) -> Unavailable:
        return Unavailable("hub-busy", wait_s=max(1, round(len(self._inside) * self._push_ms / 1000)))
