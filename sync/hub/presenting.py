"""A right the hub has signed and does not know: it came back from a backup that is older than the grant. Pure.

A till journals each grant before it spends from it and pushes the journal again in order, so the record of the grant comes before
its spends and its close. While the hub is recovering the lease stands in full: what its lots lack here is lent to them until the
facts have come. Later, when others may have been granted the same points, it stands for what is free; what its till spends beyond
that is a late spend (I6).
"""

from __future__ import annotations

from agent.loyalty.leases import Backing, Grant, Lease, grant_payload, sound
from agent.loyalty.lots import Lot, Part
from sync.hub import rights
from sync.hub.book import Book, HubLease, Purse
from sync.hub.ground import Ground, Unapplicable, need_day, need_id, need_moment, need_points
from sync.hub.postings import Mover, total
from sync.wire import Record


def known(book: Book, record: Record, grant: Grant) -> bool:
    """Whether the hub has this lease. Raises Unapplicable for one of another till or with other content.

    A backup may bring back a grant whose answer was lost, and which a hub restored from an older one made again for the same wish. The till
    has the one of the later epoch, and nothing was spent of the other.
    """
    held = book.leases.get(grant.id)
    if held is None:
        return False
    here = held.lease.grant
    if here.till == record.till and grant_payload(here) == grant_payload(grant):
        return True
    if here.till != record.till or here.unit != grant.unit or grant.epoch <= here.epoch or held.spent:
        raise Unapplicable("foreign-grant")
    return False


def check(record: Record, grant: Grant, ground: Ground) -> None:
    """Raises Unapplicable for a grant this hub never gave to this till."""
    if grant.till != record.till:
        raise Unapplicable("foreign-grant")
    need_id(grant.id, grant.unit, *(part.lot for part in grant.backing))
    need_points(grant.granted, *(part.points for part in grant.backing), least=1)
    need_moment(grant.until, *(part.born for part in grant.backing))
    need_day(*(part.expires_on for part in grant.backing))
    if not sound(Lease(grant=grant)) or not ground.signed(grant):
        raise Unapplicable("bad-grant")


def present(mover: Mover, grant: Grant, *, now_ms: int) -> None:
    """Make the lease anew, in the place of one the till never had."""
    if grant.id in mover.book.leases:
        rights.forget(mover, grant.id)
    purse = mover.book.purse(grant.unit)
    short = tuple(part for part in (_short(purse, backing) for backing in grant.backing) if part.points)
    lacking = {part.lot: part.points for part in short}
    if mover.recovering:
        for backing in grant.backing:
            if points := lacking.get(backing.lot, 0):
                purse.lend(_lot(backing, grant.unit, points))
        short = ()
    gone = {part.lot: part.points for part in short}
    parts = (Part(backing.lot, backing.points - gone.get(backing.lot, 0)) for backing in grant.backing)
    purse.lease_out(part for part in parts if part.points)
    lease = Lease(grant=grant, spent=short)
    mover.book.leases[grant.id] = HubLease(lease=lease, inc=mover.inc, back=total(short), at=now_ms)


def _short(purse: Purse, backing: Backing) -> Part:
    """What of a backing part is not free here."""
    lot = purse.lots.get(backing.lot)
    free = lot.left - purse.leased.get(lot.id, 0) if lot else 0
    return Part(backing.lot, max(0, backing.points - free))


def _lot(backing: Backing, unit: str, points: int) -> Lot:
    return Lot(id=backing.lot, unit=unit, points=points, left=points, born=backing.born, expires_on=backing.expires_on)
