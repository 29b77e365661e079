"""What a PostgreSQL server says of its standbys: how far the synchronous ones have its log on their own disks.

A commit that can be seen lies in the log before the place where the log ends. So what was read before `end` is on every disk that has
reached that place, whatever the server waits for when it commits.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sync.hub.store.server import Server

_SYNCHRONOUS = (
    " FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum') AND pid NOT IN"
    # A subscriber that takes some tables' rows is no second server.
    " (SELECT active_pid FROM pg_replication_slots WHERE slot_type = 'logical' AND active_pid IS NOT NULL)"
)


class End(NamedTuple):
    """A place in a server's log. Numbers go on when a standby is promoted, with another story: they are of one timeline only."""

    timeline: str
    lsn: str


class Standbys(NamedTuple):
    """How many stand by as synchronous, and how many are there of which this user may not see what they are."""

    synchronous: int
    hidden: int


Way = Literal["arrived", "behind", "elsewhere"]


def end(server: Server) -> End:
    """Where the log ends now. On an idle server that may be behind the head of a page, which is written with the next record only."""
    row = server.execute_sql(
        "SELECT substr(pg_walfile_name(at), 1, 8), CAST(at AS TEXT) FROM pg_current_wal_insert_lsn() AS at"
    ).fetchone()
    return End(*map(str, row))


def way(server: Server, place: End) -> Way:
    """Whether every synchronous standby, one at least, has the log on its disk up to there; `elsewhere`: this server has another log."""
    if end(server).timeline != place.timeline:
        return "elsewhere"
    # NULL is what a standby says that has told nothing yet.
    there, all_ = server.execute_sql(
        "SELECT count(CASE WHEN flush_lsn >= CAST(CAST(? AS TEXT) AS pg_lsn) THEN 1 END), count(*)" + _SYNCHRONOUS,
        (place.lsn,),
    ).fetchone()
    return "arrived" if 0 < there == all_ else "behind"


def standbys(server: Server) -> Standbys:
    """Who stands by. Nobody where tables lie on several servers (Citus): this one's standbys do not hold what is there."""
    if server.execute_sql("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone():
        return Standbys(0, 0)
    hidden = server.execute_sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state IS NULL").fetchone()[0]
    return Standbys(int(server.execute_sql("SELECT count(*)" + _SYNCHRONOUS).fetchone()[0]), int(hidden))
