"""Which holds still keep points: open ones within their time."""

from __future__ import annotations

from agent.rows import Hold
from agent.till.desk import Desk


def standing(hold: Hold, now_ms: int) -> str:
    """A hold's state at a moment (UTC ms): an open one past its time is stale, whether the job has come by or not."""
    return "stale" if hold.state == "open" and hold.expires <= now_ms else hold.state


def open_holds(desk: Desk, member: str | None = None) -> list[Hold]:
    """Holds that keep points now, of one member or of all."""
    now = desk.clock.now_ms()
    return [row for row in desk.store.operations.holds("open", member) if standing(row, now) == "open"]
