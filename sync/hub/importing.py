"""Members out of members.csv into the hub: checked wholly first, then written in batches that can be broken off and repeated.

A member's imported points are one lot with a fixed id, so a second run of the same file gives nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

import peewee

from agent.loyalty import ids
from agent.loyalty.ledger import ISSUED, member_account, points_unit
from sync.hub.leases import HUB
from sync.hub.roster import BadRow, Row, read_rows
from sync.hub.store import feed, meta, roster
from sync.hub.store.stage import Person, Stage
from sync.hub.store.steps import transaction

BATCH = 20_000
MANY = 50_000
"""From so many rows on the look-up by card is made anew at the end instead of kept up row by row."""
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
    database: peewee.Database,
    file: TextIO,
    ground: Ground,
    *,
    tell: Callable[[int], None] = lambda _: None,
    wrote: Callable[[int, int], None] = lambda _rows, _of: None,
) -> Imported:
    """Write the file's sound rows, a transaction a batch; `tell(rows)` while reading, `wrote(rows, of)` while writing.

    Raises storage errors; what was written until then stays.
    """
    fresh = points = written = 0
    with Stage() as stage:
        done, skipped = _stage(stage, file, ground, tell)
        if done >= MANY:
            roster.spare_memory(database)
            with transaction(database):
                roster.unindex_cards(database)
        for people in stage.batches(BATCH):
            with transaction(database):
                made, given = _write(database, people, ground)
            fresh, points, written = fresh + made, points + given, written + len(people)
            wrote(written, done)
        with transaction(database):
            roster.index_cards(database)
    return Imported(done, fresh, points, skipped)


def _stage(stage: Stage, file: TextIO, ground: Ground, tell: Callable[[int], None]) -> tuple[int, int]:
    """Read the file into the stage; returns (sound rows, bad rows)."""
    done = skipped = 0
    rows = read_rows(file)
    while batch := list(islice(rows, BATCH)):
        people = [_named(row, ground.key) for row in batch if isinstance(row, Row)]
        stage.add(people)
        done, skipped = done + len(people), skipped + len(batch) - len(people)
        tell(done + skipped)
    return done, skipped


def _write(database: peewee.Database, people: list[Person], ground: Ground) -> tuple[int, int]:
    """One batch: members and cards that are not there, opening lots that are not there. Returns (fresh members, points)."""
    unit = points_unit(ground.currency)
    names = [person.member for person in people]
    known = roster.known(database, names)
    opened = roster.with_lot(database, names, unit, OPENING)
    roster.add_members(database, people, joined=ground.day, at=ground.now_ms)
    giving = [person for person in people if person.points and person.member not in opened]
    step = meta.count_up(database, "step")
    if giving:
        lots = [roster.Opening(p.member, unit, OPENING, p.points, p.expires) for p in giving]
        roster.add_lots(database, lots, born=ground.now_ms)
        entries = [
            (person.member, HUB, ground.epoch, step, n, unit, account, amount)
            for person in giving
            for n, (account, amount) in enumerate(
                [(ISSUED, -person.points), (member_account(person.member), person.points)], 1
            )
        ]
        roster.add_entries(database, entries)
    feed.announce(database, [feed.News(name) for name in names], feed.By(HUB, ground.epoch, step))
    return len(people) - len(known), sum(person.points for person in giving)


def _named(row: Row, key: bytes) -> Person:
    card = ids.card_hmac(key, row.card) if row.card else None
    phone = ids.phone_hmac(key, row.phone) if row.phone else None
    member = ids.member_id(key, row.card) if row.card else ids.member_id_of_phone(key, row.phone or "")
    masked = "*" + (row.card or row.phone or "")[-4:]
    return Person(member, card, phone, masked, row.name, row.tier, row.birthday, row.points, row.expires)
