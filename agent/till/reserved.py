"""Which holds still keep points: open ones within their time."""

from __future__ import annotations

from agent.rows import Hold
from agent.till.desk import Desk

AHEAD_MS = 5 * 60_000
"""A clock set back by no more is an ordinary correction."""


def standing(hold: Hold, now_ms: int) -> str:
    """A hold's state at a moment (UTC ms): an open one past its time is stale, whether the job has come by or not.

    One made in what is the future now was made by a clock that stood ahead: nobody knows how long ago, and nobody pays that long.
    """
    over = hold.expires <= now_ms or hold.created > now_ms + AHEAD_MS
    return "stale" if hold.state == "open" and over else hold.state


def open_holds(desk: Desk, member: str | None = None) -> list[Hold]:
    """Holds that keep points now, of one member or of all."""
    now = desk.clock.now_ms()
    return [row for row in desk.store.operations.holds("open", member) if standing(row, now) == "open"]
