"""How the hub stands, as plain data: what `kopilka-hub status` prints."""

from __future__ import annotations

from typing import Any

import peewee

from sync.hub.showing import tills_shown
from sync.hub.store import counts, journal, merges, meta, waiting
from sync.hub.store.server import Server
from sync.hub.store.standby import standbys


def standing(database: peewee.Database) -> dict[str, Any]:
    """Epoch and state, a server's standby (None for a file), those still awaited in a recovery, counts of what waits or lies aside (`merges`:
    those to be made again), the last copy (UTC ms), tills.
    """
    recovering = waiting.recovering(database)
    found = counts.of(database)
    return {
        "state": "recovering" if recovering else "ready",
        "epoch": int(meta.read(database, "epoch") or 0),
        "standby": _standby(database),
        "saved": int(meta.read(database, "saved") or 0) or None,
        "members": found.members,
        "leases": found.leases,
        "leased": found.leased,
        "unbacked": found.unbacked,
        "merges": merges.left(database),
        "pending": found.pending,
        "quarantine": journal.parked_count(database),
        "flags": found.flags,
        "awaited": [
            {"till": row.till, "missing": row.missing, "since": row.at}
            for row in waiting.rows(database)
            if recovering and row.state == "awaited"
        ],
        "fleet": tills_shown(database),
    }


def _standby(database: peewee.Database) -> str | None:
    """`synchronous`: what it has may be forgotten by tills; `hidden`: this user may not see what there is."""
    if not isinstance(database, Server):
        return None
    there = standbys(database)
    return "synchronous" if there.synchronous else "hidden" if there.hidden else "none"
