"""Which members a batch makes somebody work out anew: those with a late record, where lateness matters at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import peewee

from sync.hub.apply import Applied, member_of
from sync.hub.ground import Ground, day_of
from sync.hub.order import order_ms
from sync.hub.store import events
from sync.hub.store.events import Due, Row


def note(database: peewee.Database, applied: Sequence[Applied], places: Mapping[int, int], ground: Ground) -> None:
    """Write down where a batch's records stand, and whom they make due, in the push's own transaction."""
    rows = [
        Row(
            member_of(one.record) or "",
            places[one.record.seq],
            one.record.till,
            one.record.inc,
            one.record.seq,
            int(one.floats),
            int(one.twice),
        )
        for one in applied
        if member_of(one.record) is not None
    ]
    if not rows:
        return
    late = _late(rows, events.last_places(database, {row.member for row in rows}), ground)
    events.put(database, rows)
    matters = events.floating(database, {row.member for row in late})
    events.ask(database, [Due(row.member, row.till, row.inc, row.seq) for row in late if row.member in matters])


def _late(rows: Sequence[Row], last: dict[str, int], ground: Ground) -> list[Row]:
    """The first late record of each member: behind another that came before it, or of another day than today."""
    found: dict[str, Row] = {}
    days: dict[int, str] = {}
    for row in rows:
        moment = order_ms(row.place)
        day = days.get(moment) or days.setdefault(moment, day_of(moment, ground.zone))
        if row.place < last.get(row.member, 0) or day != ground.day:
            found.setdefault(row.member, row)
        last[row.member] = max(last.get(row.member, 0), row.place)
    return list(found.values())
