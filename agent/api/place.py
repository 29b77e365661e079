"""What the API stands on: the desk, the state of devices and line, tokens, the event stream, and where slow work may run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from agent.sqlite import Writer
from agent.till.desk import Desk
from agent.web.sse import Events
from agent.web.wake import Bell


class Pairing(Protocol):
    """Gives a page its token for a one-time code."""

    def redeem(self, code: str, now_ms: int) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Handed in by the wiring."""

    desk: Desk
    writer: Writer
    events: Events
    bell: Bell = field(default_factory=Bell)
    """Rung when the hub has answered."""
    pairing: Pairing
    status: Callable[[], dict[str, object]]
    """One screen of state; runs on the writer."""
    ready: Callable[[], bool]
    version: str
    profile: str
    """Profile a receipt is drawn with when the caller names none."""
