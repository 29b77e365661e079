"""Points taken out of this till's leases, and kept in mind until the hub tells them back: what every spend does alike."""

from __future__ import annotations

from collections.abc import Mapping

from agent.loyalty import leases
from agent.loyalty.leases import Spend
from agent.rows import Delta
from agent.till.balance import Today, today
from agent.till.desk import Desk


def take_rights(
    desk: Desk, member: str, points: Mapping[str, int], now: int, *, on: Today | None = None
) -> tuple[Spend, ...]:
    """Spend points by unit in the caller's transaction, soonest to expire first; whoever calls saw that they are there."""
    limit = (on or today(desk, now)).limit
    held = tuple(desk.store.rights.leases(member))
    spends: list[Spend] = []
    for unit, count in sorted(points.items()):
        taken, held, short = leases.spend(held, unit, count, limit)
        assert not short, "a lease lost points between judging and committing"
        spends += taken
    touched = {spend.lease for spend in spends}
    for lease in held:
        if lease.grant.id in touched:
            desk.store.rights.keep(lease, used=now)
    return tuple(spends)


def book_spent(desk: Desk, member: str, spends: tuple[Spend, ...], *, n: int) -> None:
    """What the record at `n` spent and the hub does not know yet."""
    for unit in sorted({spend.unit for spend in spends}):
        taken: dict[str, int] = {}
        for part in (part for spend in spends if spend.unit == unit for part in spend.parts):
            taken[part.lot] = taken.get(part.lot, 0) + part.points
        desk.store.rights.moved(Delta(unit, spent=sum(taken.values()), lots=taken), member=member, n=n)
