"""The service's heartbeat: fed only when writer, API loop and scheduler all turn, so a hang of any is seen from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import wait

from agent.notify import notify, watchdog_s
from agent.sqlite import Writer


class Watchdog:
    """`beat` runs as a job (that is the scheduler's own beat), asks the other two, and tells systemd when both answered."""

    def __init__(self, writer: Writer, run_soon: Callable[[Callable[[], None]], None], *, interval_s: float) -> None:
        self._writer = writer
        self._run_soon = run_soon
        self.interval_s = interval_s

    @classmethod
    def from_environment(cls, writer: Writer, run_soon: Callable[[Callable[[], None]], None]) -> Watchdog | None:
        """A third of what the manager waits; None where nobody watches."""
        wanted_s = watchdog_s()
        return cls(writer, run_soon, interval_s=wanted_s / 3) if wanted_s else None

    def beat(self) -> bool:
        """Whether all answered within an interval."""
        turned = threading.Event()
        self._run_soon(turned.set)
        done, _ = wait([self._writer.submit(lambda: None)], timeout=self.interval_s)
        alive = bool(done) and turned.wait(self.interval_s)
        if alive:
            notify("WATCHDOG=1")
        return alive
