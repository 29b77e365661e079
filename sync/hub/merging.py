"""Two members become one: a permanent forward from one to the other.

Lots and debt go over as they become available; open leases of the merged member stay valid, are asked back, and what comes back
goes over too. Records that still name the merged member are applied to its book, and end in the heir's.
"""

from __future__ import annotations

import msgspec
import peewee

from agent.errors import Conflict, NotFound
from sync.hub.book import Book, Profile, copied
from sync.hub.leases import HUB
from sync.hub.postings import Mover
from sync.hub.store import aliases, feed, meta, waiting
from sync.hub.store import books as book_store
from sync.hub.store.books import Change


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
    former = aliases.merged_into(database, source)
    before = book_store.load(database, [source, heir, *former], lots=book_store.lot_ids(database, source), lock=True)
    for name in (source, heir):
        if before[name].profile is None:
            raise NotFound("member-not-found", member=name)
    aliases.put(database, source, heir, at=now_ms, reason=reason)
    after = copied(before)
    for name in (source, *former):
        after[name].heir = after[heir]
    _join(after[source], after[heir])
    step = meta.count_up(database, "step")
    for name in (source, *former):
        _recall(after[name], now_ms)
        for unit in sorted(after[name].purses):
            Mover(after[name], HUB, epoch, step, day).settle(unit)
    changed = [Change(before[name], after[name]) for name in before]
    feed.announce(database, book_store.save(database, changed, at=now_ms), feed.By(HUB, epoch, step))
    return source, heir


def _join(source: Book, heir: Book) -> None:
    """The heir keeps what it says of itself and takes what it does not say; the cards find the heir from now on."""
    mine, theirs = source.profile or Profile(), heir.profile or Profile()
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
