"""Words of the hub about a member that this till cannot take: kept for a person, and tried again by a later release."""

from __future__ import annotations

import hashlib

import peewee

from agent.sqlite import Statements
from sync.page import Spoilt

MOST = 10_000
"""Rows kept; of more only the count would tell anybody anything."""


class SpoiltStates:
    """Rows of `spoilt`: at most one a member, the newest."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._sql = Statements(database)

    def put(self, one: Spoilt, *, at: int) -> None:
        """Keep one; beyond `MOST` it is let go."""
        key = one.member or f"?{hashlib.sha256(one.state).hexdigest()}"
        self._sql.run(
            "INSERT INTO spoilt (key, member, rev, reason, at, state) SELECT ?, ?, ?, ?, ?, ?"
            " WHERE (SELECT count(*) FROM spoilt) < ? OR EXISTS (SELECT 1 FROM spoilt WHERE key = ?)"
            " ON CONFLICT (key) DO UPDATE SET"
            " rev = excluded.rev, reason = excluded.reason, at = excluded.at, state = excluded.state",
            (key, one.member, one.rev, one.reason, at, one.state, MOST, key),
        )

    def drop(self, member: str) -> None:
        """A good word of the member has come."""
        self._sql.run("DELETE FROM spoilt WHERE key = ?", (member,))

    def wipe(self) -> None:
        """A revoked till forgets these too."""
        self._sql.run("DELETE FROM spoilt")

    def all(self) -> list[Spoilt]:
        """Oldest first."""
        rows = self._sql.all("SELECT member, rev, reason, state FROM spoilt ORDER BY at, key")
        return [Spoilt(member, rev, reason, bytes(state)) for member, rev, reason, state in rows]

    def count(self) -> int:
        row = self._sql.one("SELECT count(*) FROM spoilt")
        return int(row[0]) if row else 0
