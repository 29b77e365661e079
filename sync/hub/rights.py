"""Leases under the records of their till: spends are charged, a duplicate's are handed back, a close ends one (I3)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from agent.loyalty.leases import Grant, Lease, Spend, charge, lease_id, left_parts
from agent.loyalty.ledger import REDEEMED
from agent.loyalty.lots import Part
from sync.hub.book import OVER, Book, HubLease, Taken
from sync.hub.ground import Unapplicable
from sync.hub.postings import Mover, total
from sync.wire import CloseBody


def charge_spend(mover: Mover, spend: Spend, *, target: str = REDEEMED) -> tuple[tuple[Part, ...], tuple[Taken, ...]]:
    """Book a spend: inside its lease from the leased parts, beyond it (a lease closed, unknown or overdrawn) as I6 says.

    Returns the parts within the lease, and what was taken beyond it.
    """
    inside: tuple[Part, ...] = ()
    held = _lease_of(mover, spend)
    if held:
        held, inside = _use(held, spend.parts)
        mover.book.purse(spend.unit).lease_out(negative(inside))
        mover.redeem(spend.unit, inside, target=target)
        _keep(mover.book, msgspec.structs.replace(held, spent=held.spent + total(inside)))
    return inside, mover.redeem_beyond(spend.unit, total(spend.parts) - total(inside), target=target)


def hand_back_duplicate(mover: Mover, spends: Iterable[Spend]) -> None:
    """A sale that was counted from another record: what this till's lease gave for it goes back to the member."""
    for spend in spends:
        held = _lease_of(mover, spend)
        if held:
            _hand_back(mover, held, spend.parts)
            mover.settle(spend.unit)


def close_lease(mover: Mover, body: CloseBody) -> None:
    """The till is done with a lease. What it says is left goes back; what it spent in no record applied here stays charged.

    Raises Unapplicable for a lease the hub never granted to this till. A second close changes nothing, nor does one after a
    person's release, save that the till knows of it now.
    """
    held = mover.book.leases.get(body.lease)
    if held is None and body.reason == "withdrawn":
        _withdraw(mover, body)
        return
    if held is None or held.lease.grant.till != mover.till:
        raise Unapplicable("unknown-lease")
    if held.state == "released":
        _keep(mover.book, msgspec.structs.replace(held, state="closed"))
    if held.state != "open":
        return
    if body.reason == "withdrawn":
        # The till does not know what it was granted, and never had it.
        body = msgspec.structs.replace(body, spent=0, left=held.lease.grant.granted)
    # Till and hub spend soonest to expire first: what the till did not spend are the last parts.
    back, room = [], body.left
    for part in reversed(left_parts(held.lease)):
        points = min(part.points, room)
        if points:
            back.append(Part(part.lot, points))
            room -= points
    held = _hand_back(mover, held, back)
    _keep(
        mover.book,
        msgspec.structs.replace(held, lease=msgspec.structs.replace(held.lease, closed=True), state="unsettled"),
    )
    mover.settle(held.lease.grant.unit)


def release_lease(mover: Mover, id_: str, *, now_ms: int) -> int:
    """A person ends a lease: all it holds is the member's again. Its till is told. Returns the points."""
    held = mover.book.leases[id_]
    points = held.held
    held = _hand_back(mover, held, left_parts(held.lease))
    lease = msgspec.structs.replace(held.lease, closed=True)
    mover.book.leases[id_] = msgspec.structs.replace(held, lease=lease, state="released", recalled=now_ms)
    mover.settle(held.lease.grant.unit)
    return points


def end_former(mover: Mover, id_: str, kept: Iterable[Part]) -> None:
    """The till that held it is healed and has forgotten it: all it holds is the member's, save what parked records spend of it."""
    held = mover.book.leases[id_]
    charged: dict[str, int] = {}
    for part in kept:
        charged[part.lot] = charged.get(part.lot, 0) + part.points
    rest = (Part(part.lot, part.points - charged.get(part.lot, 0)) for part in left_parts(held.lease))
    held = _hand_back(mover, held, [part for part in rest if part.points > 0])
    lease = msgspec.structs.replace(held.lease, closed=True)
    _keep(mover.book, msgspec.structs.replace(held, lease=lease, state="unsettled"))
    mover.settle(held.lease.grant.unit)


def forget(mover: Mover, id_: str) -> None:
    """A lease its till never had: all it holds is the member's, and its name is free."""
    held = _hand_back(mover, mover.book.leases[id_], left_parts(mover.book.leases[id_].lease))
    del mover.book.leases[id_]
    mover.settle(held.lease.grant.unit)


def _withdraw(mover: Mover, body: CloseBody) -> None:
    """A wish the till no longer has: its lease is over before it began, so that no late copy of a push can begin it."""
    if body.lease != lease_id(mover.till, mover.inc, body.want):
        raise Unapplicable("unknown-lease")
    grant = Grant(id=body.lease, till=mover.till, member=body.member, unit=body.unit, granted=0, backing=())
    mover.book.leases[body.lease] = HubLease(lease=Lease(grant=grant, closed=True), inc=mover.inc, state="closed")


def _hand_back(mover: Mover, held: HubLease, parts: Iterable[Part]) -> HubLease:
    """Parts of a lease that will not be spent are the member's again."""
    held, inside = _use(held, parts)
    mover.book.purse(held.lease.grant.unit).lease_out(negative(inside))
    held = msgspec.structs.replace(held, back=held.back + total(inside))
    _keep(mover.book, held)
    return held


def _use(held: HubLease, parts: Iterable[Part]) -> tuple[HubLease, tuple[Part, ...]]:
    """Take what fits of `parts` out of a lease; an unsettled one still meets the till's late records, a closed one nothing."""
    grant, parts = held.lease.grant, tuple(parts)
    lease = msgspec.structs.replace(held.lease, closed=held.state in OVER)
    lease, beyond = charge(lease, Spend(grant.id, grant.unit, parts))
    lease = msgspec.structs.replace(lease, closed=held.lease.closed)
    return msgspec.structs.replace(held, lease=lease), without(parts, beyond)


def _keep(book: Book, held: HubLease) -> None:
    """Write a lease back; an unsettled one that holds nothing more is closed."""
    if held.state == "unsettled" and not held.held:
        held = msgspec.structs.replace(held, state="closed")
    book.leases[held.lease.grant.id] = held


def _lease_of(mover: Mover, spend: Spend) -> HubLease | None:
    """The lease a spend names, if it is this till's and of that unit."""
    held = mover.book.leases.get(spend.lease)
    if held and held.lease.grant.till == mover.till and held.lease.grant.unit == spend.unit:
        return held
    return None


def negative(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(Part(part.lot, -part.points) for part in parts)


def without(parts: Iterable[Part], beyond: Iterable[Part]) -> tuple[Part, ...]:
    """The parts less what lies beyond them, by lot."""
    over: dict[str, int] = {}
    for part in beyond:
        over[part.lot] = over.get(part.lot, 0) + part.points
    sums: dict[str, int] = {}
    for part in parts:
        sums[part.lot] = sums.get(part.lot, 0) + part.points
    return tuple(Part(lot, n - over.get(lot, 0)) for lot, n in sums.items() if n > over.get(lot, 0))


def member_leases(book: Book, unit: str) -> list[HubLease]:
    """Open and unsettled leases of one unit."""
    return [held for held in book.leases.values() if held.state not in OVER and held.lease.grant.unit == unit]
