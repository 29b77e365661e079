"""What a server's synchronous standbys hold on their own disks will survive the hub's, and tills may forget it."""

from __future__ import annotations

import logging
from typing import NamedTuple

from sync.hub.store import journal, standby
from sync.hub.store.server import Server
from sync.hub.store.standby import End, Standbys
from sync.hub.store.steps import Steps

_log = logging.getLogger("kopilka.hub")


class _Seen(NamedTuple):
    """Marks, and where the log ended just after they were read: all of them lie before it."""

    marks: list[tuple[str, int, int]]
    end: End


class Mirror:
    """Looks now and then how far the standbys have come. One thread at a time."""

    def __init__(self, server: Server, steps: Steps) -> None:
        self._server = server
        self._steps = steps
        self._seen: _Seen | None = None
        self._said: Standbys | None = None

    def note(self) -> int:
        """Mark as durable what every synchronous standby has; returns how many marks rose. Raises as `Steps.run`.

        The log of a busy server is always a little ahead of its standbys: what has not arrived yet is looked for again the next time.
        """
        noted = self._settle()
        if self._seen is None:
            self._seen = self._steps.look(self._server, self._read)
        return noted + self._settle()

    def _settle(self) -> int:
        seen = self._seen
        way = self._steps.look(self._server, lambda: standby.way(self._server, seen.end)) if seen else "behind"
        if seen is None or way == "behind":
            return 0
        self._seen = None
        if way == "elsewhere":
            return 0
        self._steps.run(lambda: journal.durable(self._server, seen.marks))
        return len(seen.marks)

    def _read(self) -> _Seen | None:
        there = standby.standbys(self._server)
        if there != self._said:
            extra = {"synchronous": there.synchronous, "hidden": there.hidden}
            (_log.warning if there.hidden else _log.info)("standbys", extra=extra)
            self._said = there
        marks = journal.undurable(self._server) if there.synchronous else []
        return _Seen(marks, standby.end(self._server)) if marks else None
