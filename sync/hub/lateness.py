"""Which members a batch makes somebody work out anew: those with a late record, where lateness matters at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import peewee

from sync.hub.apply import Applied, member_of
from sync.hub.ground import Ground, day_of
from sync.hub.order import order_ms
from sync.hub.store import aliases, events
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
    # Members who were merged are worked out together, by their heir's name.
    groups = aliases.groups(database, {row.member for row in rows})
    names = {row.member: groups.get(row.member, (row.member,))[0] for row in rows}
    everybody = {row.member for row in rows} | {name for group in groups.values() for name in group}
    last: dict[str, int] = {}
    for member, place in events.last_places(database, everybody).items():
        name = groups.get(member, (member,))[0]
        last[name] = max(last.get(name, 0), place)
    late = _late(rows, names, last, ground)
    events.put(database, rows)
    floating = events.floating(database, {one for name in late for one in groups.get(name, (name,))})
    matters = {groups.get(member, (member,))[0] for member in floating}
    events.ask(database, [Due(name, row.till, row.inc, row.seq) for name, row in late.items() if name in matters])


def _late(rows: Sequence[Row], names: Mapping[str, str], last: dict[str, int], ground: Ground) -> dict[str, Row]:
    """By heir, the first late record: behind another that came before it, or of another day than today."""
    found: dict[str, Row] = {}
    days: dict[int, str] = {}
    for row in rows:
        name, moment = names[row.member], order_ms(row.place)
        day = days.get(moment) or days.setdefault(moment, day_of(moment, ground.zone))
        if row.place < last.get(name, 0) or day != ground.day:
            found.setdefault(name, row)
        last[name] = max(last.get(name, 0), row.place)
    return found
