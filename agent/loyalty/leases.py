"""The algebra of leases, shared by till and hub: grant, spend, close; I1 and I2 hold by construction.

A lease is the one right to spend: the hub moves points from a member's `available` to `leased`, and only the till that holds
the lease may spend them, online or not. See the design's escrow argument in docs/leases.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from agent.loyalty.lots import NEVER, Lot, Part, spendable, spending_order

Style = Literal["visit", "standing"]


_encoder = msgspec.json.Encoder(order="deterministic")


class Want(Struct, frozen=True, kw_only=True):
    """A wish as the hub answers it: up to `points` of a member's unit for one till."""

    id: str
    """`lease_id` of the record that wished."""
    till: str
    member: str
    unit: str
    points: int
    style: Style = "visit"
    until: int = 0
    epoch: int = 0


class Backing(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The part of one lot that stands behind a lease; the till stops spending it after `expires_on`."""

    lot: str
    points: int
    born: int
    expires_on: str | None = None


class Grant(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the hub signs and the till journals: `granted` points of `unit`, backed by lots; `until` ends the till's own life."""

    id: str
    """`lease_id` of the journalled want."""
    till: str
    member: str
    unit: str
    granted: int
    backing: tuple[Backing, ...]
    style: Style = "visit"
    until: int = 0
    """UTC ms at which the till closes it by itself; the hub never releases by its own clock (I3)."""
    epoch: int = 0
    signature: str = ""


class Lease(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A grant in use at the till: `spent` by lot. I2: 0 <= spent <= granted, per lot too."""

    grant: Grant
    spent: tuple[Part, ...] = ()
    closed: bool = False


class Spend(Struct, frozen=True):
    """Points a record spends out of one lease, by lot."""

    lease: str
    unit: str
    parts: tuple[Part, ...]


def lease_id(till: str, inc: int, seq: int) -> str:
    """The id a lease gets from the journalled record that wished for it (I4), so that a repeated wish meets the same lease; hex."""
    return hashlib.sha256(f"kopilka-lease-1\n{till}\n{inc}\n{seq}".encode()).hexdigest()


def grant_payload(grant: Grant) -> bytes:
    """What the hub signs: the grant's canonical JSON without a signature."""
    return _encoder.encode(msgspec.structs.replace(grant, signature=""))


def grant(want: Want, lots: Iterable[Lot], leased: Mapping[str, int], on_day: str) -> Grant | None:
    """At the hub: back a want with what is spendable and under no lease, soonest to expire first; None when there is nothing.

    `lots` are the member's of that unit with leased parts still in `left`; `leased` is what open leases hold of each lot. I1 holds
    since no lot backs more than its left.
    """
    room, backing = want.points, []
    for lot in sorted((lot for lot in lots if lot.unit == want.unit and spendable(lot, on_day)), key=spending_order):
        points = min(room, lot.left - leased.get(lot.id, 0))
        if points > 0:
            backing.append(Backing(lot=lot.id, points=points, born=lot.born, expires_on=lot.expires_on))
            room -= points
    if not backing:
        return None
    return Grant(
        id=want.id,
        till=want.till,
        member=want.member,
        unit=want.unit,
        granted=want.points - room,
        backing=tuple(backing),
        style=want.style,
        until=want.until,
        epoch=want.epoch,
    )


def sound(lease: Lease) -> bool:
    """I2: nothing spent that was not granted, in the whole and of each lot; and the grant adds up."""
    backed = {part.lot: part.points for part in lease.grant.backing}
    return (
        len(backed) == len(lease.grant.backing)
        and all(points > 0 for points in backed.values())
        and sum(backed.values()) == lease.grant.granted
        and all(0 <= points <= backed.get(lot, 0) for lot, points in spent_by_lot(lease).items())
    )


def spent_by_lot(lease: Lease) -> dict[str, int]:
    return {part.lot: part.points for part in lease.spent}


def spent(lease: Lease) -> int:
    return sum(part.points for part in lease.spent)


def left_parts(lease: Lease) -> tuple[Part, ...]:
    """What was granted and not spent, by lot, whatever its day."""
    gone = spent_by_lot(lease)
    parts = (Part(part.lot, part.points - gone.get(part.lot, 0)) for part in lease.grant.backing)
    return tuple(part for part in parts if part.points)


def left(lease: Lease, on_day: str | None) -> int:
    """Points this lease still lets be spent on that day; None (an untrusted clock) stops no part. A closed lease has none."""
    return sum(points for _, points in _room(lease, on_day))


def _room(lease: Lease, on_day: str | None) -> list[tuple[Backing, int]]:
    if lease.closed:
        return []
    gone = spent_by_lot(lease)
    alive = (part for part in lease.grant.backing if on_day is None or (part.expires_on or NEVER) >= on_day)
    return [(part, part.points - gone.get(part.lot, 0)) for part in alive]


def spend(
    leases: Sequence[Lease], unit: str, points: int, on_day: str | None
) -> tuple[tuple[Spend, ...], tuple[Lease, ...], int]:
    """At the till: spend out of a member's leases, soonest to expire first over all of them.

    Returns the spends, all leases as they stand afterwards in the order given, and what is short. Each part stops after its day;
    with `on_day` None (an untrusted clock) none does. A hold spends likewise and gives back by `unspend`.
    """
    if points < 0:
        raise ValueError(f"points to spend are never negative: {points}")
    choice = [
        (part.expires_on or NEVER, part.born, part.lot, lease.grant.id, room)
        for lease in leases
        if lease.grant.unit == unit
        for part, room in _room(lease, on_day)
    ]
    chosen: dict[str, dict[str, int]] = {}
    for _, _, lot, lease, room in sorted(choice):
        part = min(points, room)
        if part > 0:
            chosen.setdefault(lease, {})[lot] = part
            points -= part
    spends = tuple(
        Spend(lease, unit, tuple(Part(lot, part) for lot, part in lots.items())) for lease, lots in chosen.items()
    )
    after = tuple(_moved(lease, chosen.get(lease.grant.id, {}), 1) for lease in leases)
    return spends, after, points


def unspend(leases: Sequence[Lease], spends: Iterable[Spend]) -> tuple[Lease, ...]:
    """Undo a hold's spends. Raises ValueError for a lease that is not there or a part that was not spent."""
    back: dict[str, dict[str, int]] = {}
    for given in spends:
        parts = back.setdefault(given.lease, {})
        for part in given.parts:
            parts[part.lot] = parts.get(part.lot, 0) + part.points
    after = tuple(_moved(lease, back.pop(lease.grant.id, {}), -1) for lease in leases)
    if back:
        raise ValueError(f"no such lease: {', '.join(sorted(back))}")
    return after


def charge(lease: Lease, given: Spend) -> tuple[Lease, tuple[Part, ...]]:
    """At the hub: book a recorded spend against its lease; returns the parts beyond it, all of them when the lease is closed (I6)."""
    room = {} if lease.closed else {part.lot: part.points for part in left_parts(lease)}
    fits: dict[str, int] = {}
    beyond = []
    for part in given.parts:
        fit = max(0, min(part.points, room.get(part.lot, 0) - fits.get(part.lot, 0)))
        fits[part.lot] = fits.get(part.lot, 0) + fit
        if part.points > fit:
            beyond.append(Part(part.lot, part.points - fit))
    return _moved(lease, fits, 1), tuple(beyond)


def close(lease: Lease) -> tuple[Lease, tuple[Part, ...]]:
    """End a lease: it spends no more, and what is left of it goes back, by lot. A closed one has nothing left to give."""
    if lease.closed:
        return lease, ()
    return msgspec.structs.replace(lease, closed=True), left_parts(lease)


def _moved(lease: Lease, parts: Mapping[str, int], sign: int) -> Lease:
    if not any(parts.values()):
        return lease
    spent = spent_by_lot(lease)
    for lot, points in parts.items():
        if points:
            spent[lot] = spent.get(lot, 0) + sign * points
    order = {part.lot: n for n, part in enumerate(lease.grant.backing)}
    if any(points < 0 or lot not in order for lot, points in spent.items()):
        raise ValueError(f"lease {lease.grant.id}: a part that was not spent cannot come back")
    kept = sorted((lot for lot, points in spent.items() if points), key=order.__getitem__)
    return msgspec.structs.replace(lease, spent=tuple(Part(lot, spent[lot]) for lot in kept))
