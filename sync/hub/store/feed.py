"""The feed of changed members: (part, rev) without a gap, so that a reader can tell a lost row from none.

Numbers are given under the head row's lock, in the transaction that changed the members: a rev that is seen is committed, and
every lower one with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import peewee

from sync.hub.store import bulk

PART = 0


class FeedGap(Exception):
    """A revision is missing: the database was tampered with or restored in part; a reader must not go on."""

    def __init__(self, after: int, found: int) -> None:
        super().__init__(f"feed: revision {found} follows {after}")
        self.after = after
        self.found = found


def publish(database: peewee.Database, members: Sequence[str]) -> int:
    """Append changed members in the order given; returns the last rev."""
    rev = last(database)
    bulk.insert(database, "feed", "part, rev, member", [(PART, rev + n, m) for n, m in enumerate(members, 1)])
    rev += len(members)
    if members:
        database.execute_sql("UPDATE feed_head SET rev = ? WHERE part = ?", (rev, PART))
    return rev


def last(database: peewee.Database) -> int:
    """The newest rev; 0 before any."""
    return int(database.execute_sql("SELECT rev FROM feed_head WHERE part = ?", (PART,)).fetchone()[0])


def after(database: peewee.Database, rev: int, limit: int) -> list[tuple[int, str]]:
    """Up to `limit` (rev, member) behind `rev`, ascending. Raises FeedGap."""
    rows = database.execute_sql(
        "SELECT rev, member FROM feed WHERE part = ? AND rev > ? ORDER BY rev LIMIT ?", (PART, rev, limit)
    ).fetchall()
    for expected, (found, _) in enumerate(rows, rev + 1):
        if found != expected:
            raise FeedGap(after=expected - 1, found=found)
    return [(int(found), str(member)) for found, member in rows]
