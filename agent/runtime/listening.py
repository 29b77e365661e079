"""The long poll's thread: it waits at the hub for news, so that a lease asked back is given back within a second.

A thread of its own, since it sleeps in a call nearly all the time: a push never waits for it, nor does a job's thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sync.way import Outcome

_log = logging.getLogger("kopilka.sync")
PAUSE_S = 0.25
"""Between an answer with news and the next question: a busy chain must not keep this till's writer busy."""
LEAST_S = 1.0
"""Between questions a hub answers at once with nothing: it holds no answer back, for whatever reason."""
AFTER_FAULT_S = 5.0
JOIN_S = 0.1


class Listener:
    """Asks again and again until `stop`; a failure waits as long as its outcome says, or until `nudge`."""

    def __init__(
        self,
        pull: Callable[[int], Outcome],
        *,
        monotonic_ms: Callable[[], int],
        hang_up: Callable[[], None],
        wait_s: int,
    ) -> None:
        """`pull(wait_s)` fetches one page, waiting for news so long; `hang_up` ends a call that waits."""
        self._pull = pull
        self._monotonic_ms = monotonic_ms
        self._hang_up = hang_up
        self._wait_s = wait_s
        self.over = False
        """Told to stop: what a call comes to now is nobody's news."""
        self._awake = threading.Event()
        self.failures = 0
        # Whoever cannot be ended (a connect into nowhere) holds nothing and ends with the process.
        self._thread = threading.Thread(target=self._listen, name="listener", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def nudge(self) -> None:
        """The line is back: do not wait out a failure."""
        self._awake.set()

    def stop(self, seconds: float) -> bool:
        """End at once, a call that waits too; whether it ended in time."""
        self.over = True
        self._awake.set()
        until = self._monotonic_ms() + int(seconds * 1000)
        while self._thread.is_alive() and self._monotonic_ms() < until:
            # Again and again: a connection may have been made just after it was hung up.
            self._hang_up()
            self._thread.join(JOIN_S)
        return not self._thread.is_alive()

    def _listen(self) -> None:
        # What has gathered while the till was off is fetched without waiting.
        wait_s = 0
        while not self.over:
            began = self._monotonic_ms()
            try:
                outcome = self._pull(wait_s)
            except Exception:  # noqa: BLE001 - this thread's border: a full disk must not leave the till deaf until its next start
                self.failures += 1
                _log.exception("listening-failed", extra={"times": self.failures})
                self._rest(AFTER_FAULT_S)
                continue
            wait_s = 0 if outcome.more else self._wait_s
            if not outcome.more:
                self._rest(_pause_s(outcome, (self._monotonic_ms() - began) / 1000))

    def _rest(self, seconds: float) -> None:
        if not self.over:
            self._awake.wait(seconds)
        if not self.over:
            self._awake.clear()


def _pause_s(outcome: Outcome, took_s: float) -> float:
    """How long to wait after an answer that took `took_s`."""
    if outcome.kind != "pulled":
        return max(outcome.wait_ms / 1000, PAUSE_S)
    return PAUSE_S if outcome.news else max(PAUSE_S, LEAST_S - took_s)
