"""Published programmes, each signed; the one with the highest serial is the newest. Nothing published is ever changed."""

from __future__ import annotations

import peewee
from msgspec import Struct

_COLUMNS = "serial, id, version, hash, timezone, text, signature, published"


class Published(Struct, frozen=True):
    """One published programme; `text` is the file as its author wrote it."""

    serial: int
    id: str
    version: int
    hash: str
    timezone: str
    text: str
    signature: str
    published: int


def newest(database: peewee.Database) -> Published | None:
    row = database.execute_sql(
        f"SELECT {_COLUMNS} FROM programme ORDER BY serial DESC LIMIT 1"  # noqa: S608 - constant
    ).fetchone()
    return Published(*row) if row else None


def zone(database: peewee.Database) -> str | None:
    """The newest programme's time zone."""
    row = database.execute_sql("SELECT timezone FROM programme ORDER BY serial DESC LIMIT 1").fetchone()
    return str(row[0]) if row else None


def text_of(database: peewee.Database, hash_: str) -> str | None:
    """The text of the version with this hash."""
    row = database.execute_sql(
        "SELECT text FROM programme WHERE hash = ? ORDER BY serial DESC LIMIT 1", (hash_,)
    ).fetchone()
    return str(row[0]) if row else None


def serial(database: peewee.Database) -> int:
    """The newest programme's serial; 0 before the first."""
    return int(database.execute_sql("SELECT coalesce(max(serial), 0) FROM programme").fetchone()[0])


def listed(database: peewee.Database) -> list[Published]:
    """All, newest first."""
    rows = database.execute_sql(f"SELECT {_COLUMNS} FROM programme ORDER BY serial DESC").fetchall()  # noqa: S608 - constant
    return [Published(*row) for row in rows]


def publish(database: peewee.Database, programme: Published) -> None:
    database.execute_sql(
        f"INSERT INTO programme ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant
        (
            programme.serial,
            programme.id,
            programme.version,
            programme.hash,
            programme.timezone,
            programme.text,
            programme.signature,
            programme.published,
        ),
    )
