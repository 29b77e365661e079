"""Leases under the records of their till: spends are charged, a duplicate's are handed back, a close ends one (I3)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from agent.loyalty.leases import Spend, charge, left_parts
from agent.loyalty.lots import Part
from sync.hub.book import Book, HubLease
from sync.hub.ground import Unapplicable, need_few, need_id, need_points
from sync.hub.postings import Mover, total
from sync.wire import CloseBody


def check(spends: Iterable[Spend]) -> None:
    """Raises Unapplicable for spends no till of ours writes."""
    for spend in spends:
        need_id(spend.lease, spend.unit)
        need_few(spend.parts)
        for part in spend.parts:
            need_id(part.lot)
            need_points(part.points, least=1)


def charge_spend(mover: Mover, spend: Spend) -> None:
    """Book a spend: inside its lease from the leased parts, beyond it (a lease closed, unknown or overdrawn) as I6 says."""
    held = _lease_of(mover, spend)
    beyond = spend.parts
    if held:
        lease, beyond = charge(held.lease, spend)
        inside = without(spend.parts, beyond)
        mover.book.purse(spend.unit).lease_out(negative(inside))
        mover.redeem(spend.unit, inside)
        mover.book.leases[spend.lease] = msgspec.structs.replace(held, lease=lease, spent=held.spent + total(inside))
    mover.redeem_beyond(spend.unit, total(beyond))


def hand_back_duplicate(mover: Mover, spends: Iterable[Spend]) -> None:
    """A sale that was counted from another record: what this till's lease gave for it goes back to the member."""
    for spend in spends:
        held = _lease_of(mover, spend)
        if held:
            _, beyond = charge(held.lease, spend)
            _hand_back(mover, held, without(spend.parts, beyond))
            mover.settle(spend.unit)


def close_lease(mover: Mover, body: CloseBody) -> None:
    """The till is done with a lease. What it says is left goes back; what it spent in no record applied here stays charged.

    Raises Unapplicable for a lease the hub never granted to this till. A second close changes nothing.
    """
    need_points(body.spent, body.left)
    held = mover.book.leases.get(body.lease)
    if held is None or held.lease.grant.till != mover.till:
        raise Unapplicable("unknown-lease")
    if held.state != "open":
        return
    # Till and hub spend soonest to expire first: what the till did not spend are the last parts.
    back, room = [], body.left
    for part in reversed(left_parts(held.lease)):
        points = min(part.points, room)
        if points:
            back.append(Part(part.lot, points))
            room -= points
    held = _hand_back(mover, held, tuple(back))
    state = "unsettled" if held.held else "closed"
    mover.book.leases[body.lease] = msgspec.structs.replace(
        held, lease=msgspec.structs.replace(held.lease, closed=True), state=state
    )
    mover.settle(held.lease.grant.unit)


def _hand_back(mover: Mover, held: HubLease, parts: tuple[Part, ...]) -> HubLease:
    grant = held.lease.grant
    lease, _ = charge(held.lease, Spend(grant.id, grant.unit, parts))
    mover.book.purse(grant.unit).lease_out(negative(parts))
    after = msgspec.structs.replace(held, lease=lease, back=held.back + total(parts))
    mover.book.leases[grant.id] = after
    return after


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
    return [held for held in book.leases.values() if held.state != "closed" and held.lease.grant.unit == unit]
