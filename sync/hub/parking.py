"""Parked records tried again after a person mended the cause, or settled by a person's word. Nothing is ever thrown away.

The record itself stays in the journal's table verbatim; what leaves the quarantine is the row that says it waits.
"""

from __future__ import annotations

import peewee

from agent.errors import NotFound
from agent.loyalty.ledger import LOSS, REDEEMED
from sync.hub import apply, late, lateness, order, rights
from sync.hub.arrivals import Arrived, Known, Parked
from sync.hub.book import SHOP, copied
from sync.hub.ground import Ground
from sync.hub.postings import Mover, total
from sync.hub.store import audits, bulk, feed, journal, meta
from sync.hub.store import books as book_store
from sync.hub.store.audits import Audit
from sync.hub.store.books import Change
from sync.wire import MoveOutBody, SaleBody

PARKING = "hub/parking"
"""Who announces members that a parked record changed."""


def again(database: peewee.Database, parked: Parked, ground: Ground, *, epoch: int) -> str:
    """Try one record as if it came now, in the caller's transaction.

    Returns "applied", "duplicate", "settled" when somebody was quicker, or the reason for which it stays parked.
    """
    bulk.lock(database, "till", "till", [parked.till])
    if not journal.is_parked(database, parked):
        return "settled"
    batch = apply.read([Arrived(parked.seq, parked.line, "")], parked.till, parked.inc)
    named = apply.references(batch)
    known = journal.known(database, named.sales)
    before = book_store.load(
        database, named.members, lots=named.lots, leases=named.leases, returned=named.returned, lock=True
    )
    after = copied(before)
    outcome = apply.apply(batch, after, known, ground)
    if outcome.parked:
        return outcome.parked[0].reason
    by = feed.By(PARKING, epoch, meta.count_up(database, "step"))
    changed = [Change(before[name], after[name]) for name in before]
    feed.announce(database, book_store.save(database, changed, at=ground.now_ms), by)
    journal.remember(database, outcome.sales)
    journal.rename(database, outcome.named)
    places = order.places((one.record for one in batch if one.record), ground.now_ms, 0)
    lateness.note(database, outcome.applied, places, ground)
    journal.unpark(database, parked)
    return "duplicate" if outcome.verdicts else "applied"


def note(database: peewee.Database, parked: Parked, ground: Ground, *, epoch: int) -> int:
    """Settle a record that will never apply, in the caller's transaction; returns the points the shop bears for it.

    What it spent out of leases is the member's again and booked to the shop's loss, as is what its till told as one; unless the same fact
    was counted from another record. A record nobody can read books nothing.
    Raises NotFound for one that was settled.
    """
    bulk.lock(database, "till", "till", [parked.till])
    if not journal.is_parked(database, parked):
        raise NotFound("not-parked", till=parked.till, inc=parked.inc, seq=parked.seq)
    (one,) = apply.read([Arrived(parked.seq, parked.line, "")], parked.till, parked.inc)
    lost = _bear(database, one, ground, epoch=epoch)
    journal.unpark(database, parked)
    return lost


def _bear(database: peewee.Database, one: apply.Readable, ground: Ground, *, epoch: int) -> int:
    """Book to the shop what a record spent and what it told as a loss; returns the points."""
    record = one.record
    if record is None:
        return 0
    body = record.body
    loss = body.loss if isinstance(body, SaleBody) else {}
    # What is spent with no member is nobody's right.
    spends = body.spends if isinstance(body, SaleBody | MoveOutBody) and body.member is not None else ()
    if not (spends or loss):
        return 0
    named = apply.references([one])
    key, content = apply.net_key(record) or ("", "")
    counted = journal.known(database, [key]).get(key)
    before = book_store.load(
        database, named.members, lots=named.lots, leases=named.leases, returned=named.sales, lock=True
    )
    after = copied(before)
    mover = Mover(
        after[apply.member_of(record) or SHOP], record.till, record.inc, record.seq, ground.day, ground.recovering
    )
    rights.hand_back_duplicate(mover, spends)
    gone = [(spend.unit, total(spend.parts)) for spend in spends] + sorted(loss.items())
    if counted is not None and counted.content == content:
        # The same fact was counted from another record: that one has taken its points.
        gone = []
    for unit, points in gone:
        mover.post(unit, points, source=LOSS, target=REDEEMED)
    # Another sale that was counted under its name keeps its own return.
    if counted is None and isinstance(body, SaleBody):
        late.borne(mover, key, spends)
        late.note(mover, late.loss_key(body), loss)
        # A person has settled it: told again under another key it is a duplicate.
        journal.remember(database, {key: Known(content, record.till, record.inc, record.seq)})
    by = feed.By(PARKING, epoch, meta.count_up(database, "step"))
    changed = [Change(before[name], after[name]) for name in before]
    feed.announce(database, book_store.save(database, changed, at=ground.now_ms), by)
    return sum(points for _, points in gone)


def find(database: peewee.Database, till: str, inc: int, seq: int) -> Parked:
    """One parked record. Raises NotFound, for one that was settled before too."""
    for row in journal.parked_of(database, till):
        if (row.inc, row.seq) == (inc, seq):
            return row
    raise NotFound("not-parked", till=till, inc=inc, seq=seq)


def told(parked: Parked, what: str, *, who: str, reason: str, at: int, points: int = 0) -> Audit:
    """The audit's line of what a person did with it."""
    numbers: dict[str, str | int] = {"parked": parked.reason} | ({"points": points} if points else {})
    subject = f"{parked.till}/{parked.inc}/{parked.seq}"
    return Audit(at=at, who=who, what=what, subject=subject, reason=reason, numbers=numbers)


def settle(database: peewee.Database, parked: Parked, ground: Ground, *, epoch: int, act: Audit) -> str:
    """`again`, and the audit of it where something came of it."""
    verdict = again(database, parked, ground, epoch=epoch)
    if verdict in ("applied", "duplicate"):
        audits.note(database, act)
    return verdict
