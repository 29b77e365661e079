"""The printer's state for people: told once a change, to whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from drivers.shapes import DeviceState

_ABSENT = frozenset({"gone", "timed_out", "busy", "denied", "port_fault"})
"""Causes of a line that is not there; anything else is a printer that cannot print now."""


class StateTeller:
    """Keeps the last state and calls back when it changes."""

    def __init__(self, device: str, tell: Callable[[DeviceState], None]) -> None:
        """Begin unknown: the first state is always told."""
        self._device = device
        self._tell = tell
        self._last: DeviceState | None = None
        self.printed = 0
        self.copies = 0

    def ready(self, *, paper_low: bool = False) -> None:
        """It can print; a roll near its end is a remark."""
        self._say("ready", "paper_low" if paper_low else "")

    def waiting(self, cause: str) -> None:
        """It cannot print now."""
        self._say("absent" if cause in _ABSENT else "waiting", cause)

    def degraded(self, cause: str) -> None:
        """Its driver failed in a way nobody foresaw."""
        self._say("degraded", cause)

    def _say(self, state: Literal["ready", "absent", "degraded", "waiting"], cause: str) -> None:
        if self._last and (self._last.state, self._last.cause) == (state, cause):
            return
        numbers: dict[str, str | int] = {"printed": self.printed, "copies": self.copies}
        self._last = DeviceState(self._device, "printer", state, cause, numbers)
        self._tell(self._last)
