"""Members out of members.csv into the hub: checked wholly first, then written in batches that can be broken off and repeated.

A member's imported points are one lot with a fixed id, so a second run of the same file gives nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

import peewee

from agent.loyalty import ids
from agent.loyalty.ledger import ISSUED, member_account, points_unit
from agent.sqlite import transaction
from sync.hub.leases import HUB
from sync.hub.roster import BadRow, Row, read_rows
from sync.hub.store import feed, meta, roster

BATCH = 5_000
FAULTS = 100
"""So many are listed, the rest are counted."""
TELL_EVERY = 20_000
OPENING = "opening"
"""Id of the lot of imported points; one a member and unit."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a first walk through the file found."""

    rows: int
    faults: tuple[BadRow, ...]
    fault_count: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What a run did: members new to the hub, members known before, points newly given."""

    rows: int
    fresh: int
    points: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What an import needs beside the file."""

    key: bytes
    currency: str
    now_ms: int
    day: str
    epoch: int


def check(file: TextIO, tell: Callable[[int], None] = lambda _: None) -> Checked:
    """Walk through the file and list its faults."""
    rows, count = 0, 0
    faults: list[BadRow] = []
    for row in read_rows(file):
        rows += 1
        if rows % TELL_EVERY == 0:
            tell(rows)
        if isinstance(row, BadRow):
            count += 1
            if len(faults) < FAULTS:
                faults.append(row)
    return Checked(rows - count, tuple(faults), count)


def import_members(
    database: peewee.SqliteDatabase, file: TextIO, ground: Ground, *, tell: Callable[[int], None] = lambda _: None
) -> Imported:
    """Write the file's sound rows, a transaction a batch; `tell(rows)` after each. Raises storage errors; what was written until then stays."""
    done = fresh = points = skipped = 0
    for batch in _batches(read_rows(file)):
        good = [row for row in batch if isinstance(row, Row)]
        skipped += len(batch) - len(good)
        with transaction(database):
            made, given = _write(database, good, ground)
        fresh, points, done = fresh + made, points + given, done + len(good)
        tell(done + skipped)
    return Imported(done, fresh, points, skipped)


def _batches(rows: Iterable[Row | BadRow]) -> Iterator[list[Row | BadRow]]:
    walk = iter(rows)
    while batch := list(islice(walk, BATCH)):
        yield batch


def _write(database: peewee.SqliteDatabase, rows: list[Row], ground: Ground) -> tuple[int, int]:
    """One batch: members and cards that are not there, opening lots that are not there. Returns (fresh members, points)."""
    unit = points_unit(ground.currency)
    people = sorted((_named(row, ground.key) for row in rows), key=lambda person: person.member)
    known = roster.known(database, [person.member for person in people])
    opened = roster.with_lot(database, [person.member for person in people], unit, OPENING)
    roster.add_members(database, people, joined=ground.day, at=ground.now_ms)
    giving = [person for person in people if person.row.points and person.member not in opened]
    if giving:
        step = meta.count_up(database, "step")
        lots = [roster.Opening(p.member, unit, OPENING, p.row.points, p.row.expires) for p in giving]
        roster.add_lots(database, lots, born=ground.now_ms)
        entries = [
            (member, HUB, ground.epoch, step, n, unit, account, amount)
            for member, points in ((p.member, p.row.points) for p in giving)
            for n, (account, amount) in enumerate([(ISSUED, -points), (member_account(member), points)], 1)
        ]
        roster.add_entries(database, entries)
    feed.publish(database, [person.member for person in people])
    return len(people) - len(known), sum(person.row.points for person in giving)


def _named(row: Row, key: bytes) -> roster.Person:
    card = ids.card_hmac(key, row.card) if row.card else None
    phone = ids.phone_hmac(key, row.phone) if row.phone else None
    member = ids.member_id(key, row.card) if row.card else ids.member_id_of_phone(key, row.phone or "")
    return roster.Person(member, card, phone, "*" + (row.card or row.phone or "")[-4:], row)
