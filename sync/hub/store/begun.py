"""Copies of the database that somebody else makes: how far each till had come when one was begun."""

from __future__ import annotations

import json

import peewee
from msgspec import Struct

KEPT = 20
"""A script that begins and never ends leaves no more than so many."""


class Begun(Struct, frozen=True):
    """A copy under way. `at` is UTC ms; `marks` are (till, incarnation, watermark), all in the database when it was begun."""

    token: str
    at: int
    epoch: int
    marks: tuple[tuple[str, int, int], ...] = ()


def add(database: peewee.Database, begun: Begun) -> None:
    """Keep one, and the newest beside it."""
    database.execute_sql(
        "INSERT INTO begun (token, at, epoch, marks) VALUES (?, ?, ?, ?)",
        (begun.token, begun.at, begun.epoch, json.dumps(begun.marks)),
    )
    rows = database.execute_sql("SELECT token FROM begun ORDER BY at DESC, token").fetchall()
    for (token,) in rows[KEPT:]:
        drop(database, str(token))


def find(database: peewee.Database, token: str) -> Begun | None:
    row = database.execute_sql("SELECT at, epoch, marks FROM begun WHERE token = ?", (token,)).fetchone()
    if row is None:
        return None
    return Begun(token, int(row[0]), int(row[1]), tuple((till, inc, wm) for till, inc, wm in json.loads(row[2])))


def drop(database: peewee.Database, token: str) -> None:
    database.execute_sql("DELETE FROM begun WHERE token = ?", (token,))
