"""Small keyed facts: the till's place in sync (`meta`), programme versions, tokens of the local API."""

from __future__ import annotations

import peewee
from msgspec import Struct


class Meta:
    """Single values by key: acked, durable, cursor, epoch, keys of the shop."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._database = database

    def get(self, key: str, default: str = "") -> str:
        row = self._database.execute_sql("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else default

    def put(self, key: str, value: str) -> None:
        self._database.execute_sql(
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
        self._database = database

    def put(self, programme: ProgrammeText) -> None:
        self._database.execute_sql(
            "INSERT INTO programme (hash, version, effective_from, text, signature) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (hash) DO NOTHING",
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
        rows = self._database.execute_sql(
            "SELECT hash, version, effective_from, text, signature FROM programme ORDER BY effective_from, version"
        )
        return [ProgrammeText(*row) for row in rows.fetchall()]


class Token(Struct, frozen=True):
    """A token's hash and what it may do; the token itself is shown once and kept nowhere."""

    hash: str
    name: str
    scope: str
    created: int


class Tokens:
    """Tokens of the local API, kept as SHA-256."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._database = database

    def add(self, token: Token) -> None:
        self._database.execute_sql(
            "INSERT INTO token (hash, name, scope, created) VALUES (?, ?, ?, ?)",
            (token.hash, token.name, token.scope, token.created),
        )

    def all(self) -> list[Token]:
        rows = self._database.execute_sql("SELECT hash, name, scope, created FROM token ORDER BY created, hash")
        return [Token(*row) for row in rows.fetchall()]

    def revoke(self, name: str) -> int:
        """Drop every token of a name; returns how many there were."""
        return int(self._database.execute_sql("DELETE FROM token WHERE name = ?", (name,)).rowcount)
