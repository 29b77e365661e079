"""Small keyed facts: the till's place in sync (`meta`), and programme versions."""

from __future__ import annotations

import peewee
from msgspec import Struct

from agent.sqlite import Statements

HUB_LINKS = "hub_links"
"""Key of `meta`: how the hub's key has changed since this till was enrolled, as JSON."""


class Meta:
    """Single values by key: acked, durable, cursor, epoch, keys of the shop."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._sql = Statements(database)

    def get(self, key: str, default: str = "") -> str:
        row = self._sql.one("SELECT value FROM meta WHERE key = ?", (key,))
        return str(row[0]) if row else default

    def put(self, key: str, value: str) -> None:
        self._sql.run(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )


class ProgrammeText(Struct, frozen=True):
    """One published version: its text as signed, and from when it is in force (UTC ms, inclusive)."""

    hash: str
    version: int
    effective_from: int
    text: str
    signature: str


class Programmes:
    """Every version the till was given."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._sql = Statements(database)

    def put(self, programme: ProgrammeText) -> None:
        self._sql.run(
            "INSERT INTO programme (hash, version, effective_from, text, signature) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (hash) DO UPDATE SET signature = excluded.signature",
            (
                programme.hash,
                programme.version,
                programme.effective_from,
                programme.text,
                programme.signature,
            ),
        )

    def all(self) -> list[ProgrammeText]:
        """Oldest in force first."""
        rows = self._sql.all(
            "SELECT hash, version, effective_from, text, signature FROM programme ORDER BY effective_from, version"
        )
        return [ProgrammeText(*row) for row in rows]
