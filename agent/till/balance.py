"""A member's balance as this till can answer for it: the hub's last word, less and plus what the hub does not know yet."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec import Struct

from agent.loyalty import leases, lots
from agent.loyalty.leases import Lease
from agent.loyalty.ledger import points_unit
from agent.loyalty.lots import Due, Lot
from agent.rows import Delta
from agent.till import when
from agent.till.desk import Desk
from agent.till.reserved import open_holds
from sync.wire import MemberState


class Balance(Struct, frozen=True, kw_only=True):
    """Smallest points. `confirmed` is the hub's word less this till's own spends; `unsynced` earned here and not yet told."""

    confirmed: int
    as_of: str | None
    unsynced: int
    maturing: tuple[dict[str, int | str], ...]
    spendable_here: int
    locked_elsewhere: int
    expiring: tuple[dict[str, int | str], ...]
    debt: int = 0

    @property
    def whole(self) -> int:
        """All the member has, wherever it may be spent."""
        return self.confirmed + self.unsynced


class Today(NamedTuple):
    """The day (ISO, the programme's zone) and whether the clock that tells it is trusted; an untrusted one expires nothing."""

    day: str
    trusted: bool

    @property
    def limit(self) -> str | None:
        """The day as the algebra of leases takes it."""
        return self.day if self.trusted else None


def today(desk: Desk, at: int) -> Today:
    """Today, in the zone of the programme in force at `at`."""
    return Today(when.day(desk.clock.now_ms(), desk.programme(at).zone), desk.clock.trusted())


class Known(NamedTuple):
    """Everything the till holds of one member, read once for all currencies."""

    state: MemberState | None
    deltas: dict[str, Delta]
    own: list[Lot]
    """Lots born here that the hub has not told back, those of the same days as one."""
    leases: list[Lease]
    held: dict[str, int]
    """Points under open holds, by unit."""


def known(desk: Desk, member: str, *, hold: str | None = None) -> Known:
    """Read a member; `hold` leaves that hold's own points out of what is held."""
    rights = desk.store.rights
    held: dict[str, int] = {}
    for row in open_holds(desk, member):
        for unit, points in row.points.items() if row.id != hold else ():
            held[unit] = held.get(unit, 0) + points
    return Known(
        state=desk.store.members.get(member),
        deltas={row.unit: row for row in rights.deltas(member)},
        own=rights.own_sums(member),
        leases=rights.leases(member),
        held=held,
    )


def balance(desk: Desk, of: Known, currency: str, on: Today) -> Balance:
    """One currency of one member on a day."""
    unit, state = points_unit(currency), of.state
    delta = of.deltas.get(unit, Delta(unit))
    rights = [lease for lease in of.leases if lease.grant.unit == unit]
    told = [lot for lot in state.lots if lot.unit == unit] if state else []
    mine = [lot for lot in of.own if lot.unit == unit]
    spare, after = _after(told, mine, delta, on)
    spare, debt, after = _clawed(after, delta.taken_back, spare, on)
    own = {lot.id for lot in mine}
    return Balance(
        confirmed=spare + sum(lot.left for lot in after if lot.id not in own),
        as_of=_as_of(desk, state),
        unsynced=sum(lot.left for lot in after if lot.id in own),
        maturing=_dues(lots.maturing(after, on.day), "from"),
        spendable_here=max(
            0,
            sum(leases.left(lease, on.limit) for lease in rights) - delta.taken_back - of.held.get(unit, 0),
        ),
        locked_elsewhere=_locked(state, unit, delta, sum(leases.left(lease, None) for lease in rights)),
        expiring=_dues(lots.expiring(after, on.day, desk.rules.expiry_notice_days), "on"),
        debt=debt + (state.debt.get(unit, 0) if state else 0),
    )


def _after(told: list[Lot], mine: list[Lot], delta: Delta, on: Today) -> tuple[int, list[Lot]]:
    """Lots as this till's own movements left them, expired ones gone; and what moved on lots nobody tells of any more."""
    moved = dict(delta.lots)
    after = []
    for lot in told:
        left = lot.left - moved.pop(lot.id, 0)
        if left > 0 and not (on.trusted and lots.expired(lot, on.day)):
            after.append(msgspec.structs.replace(lot, left=left, points=max(left, lot.points)))
    after += [lot for lot in mine if lot.left and not (on.trusted and lots.expired(lot, on.day))]
    return -sum(moved.values()), after


def _clawed(after: list[Lot], points: int, spare: int, on: Today) -> tuple[int, int, list[Lot]]:
    """Claw-backs the hub does not know yet, taken as it will take them: soonest to expire first, the rest is owed.

    `spare` is what moved on lots nobody tells of; returns what is left of it, the debt, and the lots.
    """
    if not points and spare >= 0:
        return spare, 0, after
    ready = [lot for lot in after if not on.trusted or lots.spendable(lot, on.day)]
    parts, short = lots.take_in_order(sorted(ready, key=lots.spending_order), points + max(0, -spare))
    spare = max(0, spare)
    return max(0, spare - short), max(0, short - spare), list(lots.without(after, parts))


def _locked(state: MemberState | None, unit: str, delta: Delta, own_left: int) -> int:
    # The hub counts our leases whole until our spends reach it.
    return max(0, state.leased.get(unit, 0) - own_left - delta.spent) if state else 0


def _dues(dues: tuple[Due, ...], word: str) -> tuple[dict[str, int | str], ...]:
    return tuple({"points": due.points, word: due.day} for due in dues)


def _as_of(desk: Desk, state: MemberState | None) -> str | None:
    told = desk.store.meta.get("told_at")
    return when.iso(int(told)) if told and state is not None and state.rev else None
