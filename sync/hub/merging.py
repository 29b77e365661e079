"""Two members become one: a permanent forward from one to the other.

Lots and debt go over as they become available; open leases of the merged member stay valid, are asked back, and what comes back
goes over too. Records that still name the merged member are applied to its book, and end in the heir's.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import peewee
from msgspec import Struct

from agent.errors import Conflict, NotFound
from sync.hub import checkpoint, fleet
from sync.hub.book import Book, Profile, copied, other_name
from sync.hub.correcting import correct_first
from sync.hub.ground import DEFAULT_ZONE, Moment, day_of
from sync.hub.leases import HUB
from sync.hub.postings import Mover
from sync.hub.store import aliases, audits, bulk, checkpoints, feed, merges, meta, programmes, waiting
from sync.hub.store import books as book_store
from sync.hub.store.aliases import Merge
from sync.hub.store.audits import Audit
from sync.hub.store.books import Change
from sync.hub.store.steps import transaction


class Act(Struct, frozen=True, kw_only=True):
    """Who merges, why and when (UTC ms)."""

    who: str
    reason: str
    at: int


def merge_for_good(
    database: peewee.Database, member: str, target: str, act: Act, *, paths: Sequence[str]
) -> tuple[str, str]:
    """What a person does, as one step: the merge, its audit, and the files outside of the database, which a restored backup is
    reminded by. They are written before anybody can act on the merge. Returns who went into whom.

    Raises as `merge`, and the storage errors: where the files cannot be written nothing is merged.
    """
    with transaction(database):
        day = day_of(act.at, programmes.zone(database) or DEFAULT_ZONE)
        # One merge at a time: who the heirs are is asked before anybody can be held.
        epoch = int(meta.read(database, "epoch", lock=True) or 0)
        source, heir = merge(database, member, target, reason=act.reason, epoch=epoch, day=day, now_ms=act.at)
        numbers: dict[str, str | int] = {"into": heir}
        audits.note(
            database,
            Audit(at=act.at, who=act.who, what="merged", subject=source, reason=act.reason, numbers=numbers),
        )
        fleet.renew(database, paths, now_ms=act.at)
    return source, heir


def merge(
    database: peewee.Database, member: str, target: str, *, reason: str, epoch: int, day: str, now_ms: int
) -> tuple[str, str]:
    """Merge `member` into `target` in the caller's transaction; both may be members merged before. Returns who went into whom.

    Raises NotFound for one nobody met, Conflict when they are one already (so there is never a circle), or while the hub is recovering.
    """
    source, heir = aliases.heir(database, member), aliases.heir(database, target)
    if waiting.recovering(database):
        # A right that is presented later may name either of them.
        raise Conflict("hub-recovering")
    if source == heir:
        raise Conflict("members-are-one", member=member, into=target)
    zone = programmes.zone(database) or DEFAULT_ZONE
    # Everybody of either group in one order: what follows holds them as it comes to them.
    groups = aliases.groups(database, [source, heir])
    bulk.lock(database, "member", "member", sorted({source, heir}.union(*groups.values())))
    correct_first(database, [source, heir], Moment(epoch=epoch, zone=zone, day=day, now_ms=now_ms))
    before = _books(database, source, heir)
    for name in (source, heir):
        if before[name].profile is None:
            raise NotFound("member-not-found", member=name)
    by = feed.By(HUB, epoch, meta.count_up(database, "step"))
    _unite(database, before, Merge(source, heir, now_ms, reason), by=by, day=day, now_ms=now_ms)
    checkpoint.take(database, heir, now_ms=now_ms)
    return source, heir


def merge_again(database: peewee.Database, limit: int, *, epoch: int, day: str, now_ms: int) -> int:
    """Make up to `limit` merges that a restored database has forgotten, in the caller's transaction; returns how many still wait.

    At the end of a recovery every right that tills hold is known: what looks free at a merged member is free, or pays what was lent to
    the heir's part of the same lot. A person has said that the two are one; whom no till brought again is met by that word.
    """
    due = merges.due(database, limit)
    for one in due:
        source, heir = aliases.heir(database, one.member), aliases.heir(database, one.target)
        if source == heir:
            continue
        before = _books(database, source, heir)
        numbers: dict[str, str | int] = {"into": heir, "merged_at": one.at}
        if strangers := [name for name in (source, heir) if before[name].profile is None]:
            numbers["met"] = " ".join(strangers)
        by = feed.By(HUB, epoch, meta.count_up(database, "step"))
        made = Merge(source, heir, one.at, one.reason)
        _unite(database, before, made, by=by, day=day, now_ms=now_ms, recovering=True)
        act = Audit(at=now_ms, who=HUB, what="merged-again", subject=source, reason=one.reason, numbers=numbers)
        audits.note(database, act)
    merges.done(database, due)
    return merges.left(database)


def _books(database: peewee.Database, source: str, heir: str) -> dict[str, Book]:
    """Both, and those merged into the first before; of the heir also what it has of the first one's lots."""
    lots = [name for lot in book_store.lot_ids(database, source) for name in (lot, other_name(lot, source))]
    members = [source, heir, *aliases.merged_into(database, source)]
    return book_store.load(database, members, lots=lots, lock=True)


def _unite(
    database: peewee.Database,
    before: dict[str, Book],
    merge: Merge,
    *,
    by: feed.By,
    day: str,
    now_ms: int,
    recovering: bool = False,
) -> None:
    """Write the alias, and hand on whatever is free."""
    source, heir = merge.member, merge.target
    names = [name for name, book in before.items() if name == source or book.heir is before[source]]
    aliases.put(database, merge)
    for name in (source, heir):
        checkpoints.drop(database, name)
    after = copied(before)
    for name in names:
        after[name].heir = after[heir]
    _join(after[source], after[heir])
    for name in names:
        _recall(after[name], now_ms)
        for unit in sorted(after[name].purses):
            Mover(after[name], *by, day, recovering).settle(unit)
    changed = [Change(before[name], after[name]) for name in before]
    feed.announce(database, book_store.save(database, changed, at=now_ms), by)


def _join(source: Book, heir: Book) -> None:
    """The heir keeps what it says of itself and takes what it does not say; the cards find the heir from now on."""
    mine, theirs = source.profile or Profile(), heir.profile or Profile()
    source.profile = mine
    heir.profile = msgspec.structs.replace(
        theirs,
        tier=theirs.tier or mine.tier,
        name=theirs.name or mine.name,
        masked=theirs.masked or mine.masked,
        birthday=theirs.birthday or mine.birthday,
        joined=min(filter(None, (theirs.joined, mine.joined)), default=None),
    )
    heir.cards |= source.cards


def _recall(book: Book, now_ms: int) -> None:
    """Ask the tills for what they hold of a merged member: there it lies under a name that will be presented no more."""
    for id_, held in book.leases.items():
        if held.state == "open" and not held.recalled:
            book.leases[id_] = msgspec.structs.replace(held, recalled=now_ms)
