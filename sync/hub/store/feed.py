"""The feed of changed members: (part, rev) without a gap, so that a reader can tell a lost row from none.

A step announces whom it changed. On a file, where one step is at work at a time, the announcement is published in the step. On a
server steps end in an order nobody knows beforehand: each leaves rows of its own in `pending`, and a publisher that holds the
head moves what is committed into the feed. So a rev that is seen is committed, and every lower one with it, and steps of
different members never wait for one another's numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import peewee

from sync.hub.store import bulk
from sync.hub.store.server import Server

PART = 0
MOST = 5_000
"""Rows published in one step; what is beyond waits for the next."""


class News(NamedTuple):
    """A member that changed, and leases that their tills are asked to give back from now on."""

    member: str
    recalls: tuple[str, ...] = ()


class By(NamedTuple):
    """The step that announces: a till's push or the hub's own doing, and its number there. No two steps are alike."""

    till: str
    inc: int
    n: int


class Row(NamedTuple):
    """One row of the feed."""

    rev: int
    member: str
    recalls: tuple[str, ...]


class FeedGap(Exception):
    """A revision is missing: the database was tampered with or restored in part; a reader must not go on."""

    def __init__(self, after: int, found: int) -> None:
        super().__init__(f"feed: revision {found} follows {after}")
        self.after = after
        self.found = found


def announce(database: peewee.Database, news: Sequence[News], by: By) -> None:
    """Tell of changed members in the step that changed them, in the order given."""
    if not news:
        return
    if isinstance(database, Server):
        rows = [(PART, *by, one.member, " ".join(one.recalls)) for one in news]
        bulk.insert(database, "pending", "part, till, inc, n, member, recalls", rows)
    else:
        _append(database, last(database), [(one.member, " ".join(one.recalls)) for one in news])


def is_due(database: peewee.Database) -> bool:
    """Whether committed announcements wait for a publisher; a look by key."""
    if not isinstance(database, Server):
        return False
    return database.execute_sql("SELECT 1 FROM pending WHERE part = ? LIMIT 1", (PART,)).fetchone() is not None


def publish(database: peewee.Database) -> int:
    """Move what is announced into the feed, in a step of its own; returns how many rows, 0 also when another is at it."""
    head = database.execute_sql("SELECT rev FROM feed_head WHERE part = ? FOR UPDATE SKIP LOCKED", (PART,)).fetchone()
    if head is None:
        return 0
    beyond = database.execute_sql(
        "SELECT till, inc, n, member FROM pending WHERE part = ? ORDER BY till, inc, n, member LIMIT 1 OFFSET ?",
        (PART, MOST),
    ).fetchone()
    sql, values = "DELETE FROM pending WHERE part = ?", [PART]
    if beyond is not None:
        sql, values = f"{sql} AND (till, inc, n, member) < (?, ?, ?, ?)", [PART, *beyond]
    moved = database.execute_sql(f"{sql} RETURNING till, inc, n, member, recalls", values).fetchall()
    _append(database, int(head[0]), [(member, recalls) for *_, member, recalls in sorted(moved)])
    return len(moved)


def _append(database: peewee.Database, rev: int, rows: Sequence[tuple[str, str]]) -> None:
    if rows:
        numbered = [(PART, rev + n, member, recalls) for n, (member, recalls) in enumerate(rows, 1)]
        bulk.insert(database, "feed", "part, rev, member, recalls", numbered)
        database.execute_sql("UPDATE feed_head SET rev = ? WHERE part = ?", (rev + len(rows), PART))


def last(database: peewee.Database) -> int:
    """The newest rev; 0 before any."""
    return int(database.execute_sql("SELECT rev FROM feed_head WHERE part = ?", (PART,)).fetchone()[0])


def after(database: peewee.Database, rev: int, limit: int) -> list[Row]:
    """Up to `limit` rows behind `rev`, ascending. Raises FeedGap."""
    rows = database.execute_sql(
        "SELECT rev, member, recalls FROM feed WHERE part = ? AND rev > ? ORDER BY rev LIMIT ?", (PART, rev, limit)
    ).fetchall()
    for expected, (found, _, _) in enumerate(rows, rev + 1):
        if found != expected:
            raise FeedGap(after=expected - 1, found=found)
    return [Row(int(found), str(member), tuple(recalls.split())) for found, member, recalls in rows]
