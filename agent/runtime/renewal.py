"""What the hub alone can see of a till's disk: that it was copied, or set back in time. The till then begins anew by itself.

A whole image set back forgets its own incarnation too, and a copy runs beside its original under one key: both show only where two
stories meet at the hub.
"""

from __future__ import annotations

import logging

from agent.rows import position
from agent.runtime import wiring
from agent.runtime.wiring import Parts
from agent.till.afresh import Reason, begin, go_on
from sync.client import Outcome, SyncClient

_log = logging.getLogger("kopilka.sync")
TIMES = "begun_at"
"""Key of `meta`: when incarnations began by the hub's word, UTC ms."""
DAY_MS = 24 * 3_600_000
MOST_A_DAY: dict[Reason, int] = {"forked": 5, "restored": 5, "copied": 1}
"""Each leaves the rights of the one before locked until a person releases them: two copies must not take turns at that for ever."""


class Renewal:
    """Hears what came of each push, on any thread; what it does runs on the writer."""

    def __init__(self, parts: Parts, client: SyncClient) -> None:
        self._parts = parts
        self._client = client
        self._told = 0
        """The incarnation of which was said that no further one begins."""

    def heard(self, outcome: Outcome) -> bool:
        """Begin a new incarnation where the hub's answer asks for one, or pass a fork that is known; whether there is more to send now."""
        reason: Reason
        if outcome.code == "fork" and self._parts.writer.call(go_on, self._parts.desk, outcome.inc, outcome.common):
            began = True
        elif outcome.kind == "fork":
            reason = "forked" if outcome.code == "fork" else "restored"
            began = self._parts.writer.call(self._begin, reason, outcome, position(outcome.inc, outcome.common))
        elif outcome.kind == "sent" and outcome.highest > outcome.inc:
            # Another machine goes on under this name, or this one did before it was set back. The facts are welcome as they are.
            began = self._parts.writer.call(self._begin, "copied", outcome, None)
        else:
            return False
        if began:
            self._client.afresh()
        return began

    def _begin(self, reason: Reason, outcome: Outcome, fork: int | None) -> bool:
        parts, desk = self._parts, self._parts.desk
        tail, now = desk.store.journal.tail, desk.clock.now_ms()
        told = [int(word) for word in desk.store.meta.get(TIMES).split()]
        lately = [at for at in told if 0 <= now - at < DAY_MS]
        if (
            len(lately) >= MOST_A_DAY[reason]
            or outcome.inc > tail.inc
            or (fork is None and outcome.highest <= tail.inc)
        ):
            if self._told != tail.inc:
                _log.error("incarnation-refused", extra={"reason": reason, "inc": tail.inc, "today": len(lately)})
            self._told = tail.inc
            return False
        carried = begin(desk, reason, above=outcome.highest, fork=fork)
        with desk.store.transaction():
            desk.store.meta.put(TIMES, " ".join(map(str, [*lately, now])))
        parts.secrets = wiring.keep_incarnation(desk, parts.secrets, parts.settings.till.data)
        inc = desk.store.journal.tail.inc
        _log.error("incarnation", extra={"reason": reason, "inc": inc, "former": tail.inc, "carried": carried})
        desk.events.publish("notice", {"code": "incarnation", "reason": reason, "carried": carried})
        return True
