"""A till the hub has revoked: it keeps its facts, forgets its members, on the disk too, and sells on without them.

Its backups hold members as well: one is made of what is left, the others go.
"""

from __future__ import annotations

import contextlib
import logging
import os

from agent.errors import KopilkaError
from agent.rows import REVOKED
from agent.runtime.backups import backup_folder, kept_backups, make_backup
from agent.runtime.wiring import Parts
from agent.till.wish import let_go
from sync.way import Outcome

_log = logging.getLogger("kopilka.sync")
CODE = "till-revoked"


class Revocation:
    """Hears what came of each push, on any thread; the database is changed on the writer."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: bool | None = None

    def heard(self, outcome: Outcome) -> bool:
        """Wipe at the first refusal, take the hub back at the first answer; whether anything changed."""
        writer = self._parts.writer
        if self._known is None:
            self._known = bool(writer.call(self._parts.store.meta.get, REVOKED))
        if outcome.kind == "refused" and outcome.code == CODE and not self._known:
            self._known = True
            writer.call(self._wipe)
            self._backups()
            return True
        if outcome.kind == "sent" and self._known:
            self._known = False
            writer.call(self._note, "")
            return True
        return False

    def _wipe(self) -> None:
        parts, desk = self._parts, self._parts.desk
        _log.error("till-revoked", extra={"members": desk.store.members.count()})
        now = desk.clock.now_ms()
        # Told when the till is let in again: until then nobody spends here.
        with parts.store.transaction():
            desk.store.rights.recall(desk.store.rights.open_ids())
        let_go(desk)
        with parts.store.transaction():
            parts.store.members.wipe()
            parts.store.spoilt.wipe()
            parts.store.meta.put(REVOKED, str(now))
        desk.current.clear(desk.clock.monotonic_ms())
        desk.current.parked.clear()
        desk.quotes.forget()
        desk.events.publish("member", {"member": None})
        # A disk without room for it keeps zeros where members were: the deletion itself was secure.
        with contextlib.suppress(KopilkaError):
            parts.store.scrub()

    def _note(self, value: str) -> None:
        with self._parts.store.transaction():
            self._parts.store.meta.put(REVOKED, value)

    def _backups(self) -> None:
        folder = backup_folder(self._parts.settings)
        old = kept_backups(folder)
        with contextlib.suppress(KopilkaError):
            make_backup(self._parts.settings, self._parts.store, now_ms=self._parts.clock.now_ms())
        for name in old:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(folder, name))
