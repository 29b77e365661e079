"""Calls sleeping until something changed: a bell any thread may ring, and a task, no thread, for each sleeper."""

from __future__ import annotations

import asyncio
import threading
from typing import Self


class Bell:
    """Rung after every change that a waiting call may want to hear of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sleepers: set[Sleeper] = set()
        self.closed = False

    def ring(self) -> None:
        with self._lock:
            sleepers = tuple(self._sleepers)
        for sleeper in sleepers:
            sleeper.wake()

    def close(self) -> None:
        """The server stops: every sleeper is to end."""
        self.closed = True
        self.ring()

    def sleeper(self) -> Sleeper:
        """Hears the bell from now on; close it when done. Call in an event loop."""
        made = Sleeper(self)
        with self._lock:
            self._sleepers.add(made)
        return made

    def leave(self, sleeper: Sleeper) -> None:
        with self._lock:
            self._sleepers.discard(sleeper)


class Sleeper:
    """One waiting call's ear; a ring between two sleeps is not lost."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._rung.set)
        except RuntimeError:
            # The loop has ended, and the call with it.
            return

    async def sleep(self, seconds: float) -> None:
        """Until the bell rings, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bell.leave(self)
