"""What was said of records that are here already. An answer may be lost, and only by its verdicts does a till learn that what such a
record moved is nothing the hub will tell back.
"""

from __future__ import annotations

import peewee

from sync.hub import apply
from sync.hub.arrivals import Mark
from sync.hub.store import journal
from sync.wire import RECORD_BYTES, Verdict

MOST = 1_000
"""Records that are looked at again; a till sends 200 at a time, and fewer when its batches fail."""
MOST_BYTES = RECORD_BYTES
"""And what they come to; a till sends a quarter of it at a time, or one record. One that asks from far back gets no more read for it."""


def verdicts(database: peewee.Database, mark: Mark, first: int) -> tuple[Verdict, ...]:
    """The verdicts on an incarnation's records from `first` to the mark, in order: a till goes on behind the mark, however little it sent.
    Of many the last ones, since a lost answer was the last: a restored hub is told everything from the first record on.

    A record that waited and was settled since has none any more.
    """
    if first > mark.wm:
        return ()
    first = _reach(database, mark, first)
    here = journal.between(database, mark, first, mark.wm)
    parked = journal.reasons(database, mark, first, mark.wm)
    keys = {}
    for one in apply.read(here, mark.till, mark.inc):
        key = apply.net_key(one.record) if one.record else None
        if key and one.arrived.seq not in parked:
            keys[one.arrived.seq] = key[0]
    counted = journal.known(database, keys.values()) if keys else {}
    found = [Verdict(seq, "quarantined", reason) for seq, reason in parked.items()]
    for seq, name in keys.items():
        by = counted.get(name)
        if by and (by.till, by.inc, by.seq) != (mark.till, mark.inc, seq):
            found.append(Verdict(seq, "duplicate"))
    return tuple(sorted(found, key=lambda one: one.seq))


def _reach(database: peewee.Database, mark: Mark, first: int) -> int:
    """Where to begin, so that it is not too much; the last record is always looked at."""
    begin, size = mark.wm, 0
    for seq, length in reversed(journal.sizes(database, mark, max(first, mark.wm - MOST + 1), mark.wm)):
        size += length
        if seq < mark.wm and size > MOST_BYTES:
            break
        begin = seq
    return begin
