"""Members of a fill: a file nobody writes any more, under the till's own rows. Only reads; one thread at a time, the writer's."""

from __future__ import annotations

import functools
import logging

from agent.errors import CorruptDatabase
from agent.sqlite import Factory, Statements, open_database
from sync.fill import VERSION, Words, handles_of, keys_within, pack_name, shortened, unpack, unpack_name
from sync.states import fault_of
from sync.wire import MemberState

_log = logging.getLogger("kopilka.store")
MARK = ".members-"
"""Between a database's name and what tells one base of it from another."""
KEPT = 64
"""States kept decoded: a sale asks for its member several times."""


class Base:
    """A fill at `path` as the till `till` reads it. Every method raises CorruptDatabase and StorageBroken where the file is damaged."""

    def __init__(self, path: str, *, till: str, factory: Factory | None = None) -> None:
        """Raises CorruptDatabase (no fill of this version), StorageBroken (cannot be opened)."""
        self.path = path
        self._database = open_database(path, readonly=True, immutable=True, factory=factory)
        try:
            self._sql = Statements(self._database)
            self._read(till)
        except BaseException:
            self.close()
            raise
        self._load = functools.lru_cache(KEPT)(self._loaded)

    def _read(self, till: str) -> None:
        meta: dict[str, str] = dict(self._sql.all("SELECT name, value FROM meta"))
        try:
            if int(meta["version"]) != VERSION:
                raise ValueError(meta["version"])
            self.count, self.rev, self.epoch = (int(meta[name]) for name in ("members", "rev", "epoch"))
        except (KeyError, ValueError) as error:
            raise CorruptDatabase(path=self.path, problem=f"no fill this program can read: {error}") from error
        self._words = Words(row[0] for row in self._sql.all("SELECT text FROM word ORDER BY n"))
        self.marks: dict[int, int] = dict(self._sql.all("SELECT inc, wm FROM mark WHERE till = ?", (till,)))
        """Up to where this till's records are in the states, by incarnation."""
        self._applied = {f"{till}/{inc}": wm for inc, wm in self.marks.items()}

    def find(self, hmac: str) -> str | None:
        """The member behind a handle; of two that claim it, the first by id."""
        for (short,) in self._sql.all("SELECT member FROM handle WHERE hmac = ?", (shortened(pack_name(hmac)),)):
            for member in self._within(short):
                state = self.get(member)
                if state is not None and hmac in handles_of(state):
                    return member
        return None

    def _within(self, short: int | str) -> list[str]:
        if isinstance(short, str):
            return [short]
        rows = self._sql.all("SELECT id FROM member WHERE id >= ? AND id < ?", keys_within(short))
        return [unpack_name(row[0]) for row in rows]

    def get(self, member: str) -> MemberState | None:
        return self._load(member)

    def _loaded(self, member: str) -> MemberState | None:
        row = self._sql.one("SELECT state FROM member WHERE id = ?", (pack_name(member),))
        if row is None:
            return None
        try:
            state = unpack(member, row[0], self._words, rev=self.rev, applied=self._applied)
        except ValueError as error:
            raise CorruptDatabase(path=self.path, problem=f"member: {error}") from error
        if fault := fault_of(state):
            # Signed all the same: the hub holds nonsense of this one. To this till nobody told of them.
            _log.warning("member-spoilt", extra={"member": member, "cause": fault})
            return None
        return state

    def close(self) -> None:
        if not self._database.is_closed():
            self._database.close()
