"""What stands around one till's records now, out of the database."""

from __future__ import annotations

import peewee

from sync.hub.ground import DEFAULT_ZONE, Ground
from sync.hub.keys import ring
from sync.hub.store import meta, programmes, tills, waiting
from sync.signing import check_grant


def ground_of(database: peewee.Database, till: tills.Till, *, now_ms: int) -> Ground:
    """The till's ground at `now_ms` (UTC)."""
    return Ground(
        till=till.till,
        store=till.store,
        now_ms=now_ms,
        zone=programmes.zone(database) or DEFAULT_ZONE,
        recovering=waiting.recovering(database),
        signed=lambda grant: ring(database).known(lambda key: check_grant(key, grant)),
        restored=lambda: int(meta.read(database, "epoch") or 0) > 1,
    )
