"""Rights to spend: wished for as soon as a member is seen, so that they are here before points are asked for; given back when idle."""

from __future__ import annotations

from collections.abc import Sequence

from agent.loyalty import leases, lots
from agent.loyalty.leases import Lease, lease_id
from agent.loyalty.ledger import points_unit
from agent.rows import WantRow, place, position
from agent.till.balance import Known, Today, balance, known, today
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.reserved import open_holds
from sync.leases import Asking, Held, Reason, closings, low, want_points
from sync.wire import CloseBody, MemberState, WantBody

WISH_LIFE_MS = 5 * 60_000
"""Who was scanned so long ago and got nothing is served by now; points that came for them would only lie here."""


def wish(desk: Desk, who: Who) -> int:
    """Journal a visit want per currency the member could spend more of than is leased here; returns how many were made."""
    if who.state is None or not may_wish(who.state) or not desk.online():
        return 0
    now = desk.clock.now_ms()
    programme = desk.programme(now)
    of, on = known(desk, who.member), today(desk, now)
    wants = []
    for currency in programme.currencies:
        unit = points_unit(currency.id)
        points = want_points(asking(desk, of, currency.id, on), now)
        if points:
            wants.append(WantBody(member=who.member, unit=unit, points=points))
    if wants:
        with desk.store.transaction():
            for want in wants:
                journal_want(desk, want, now)
        desk.push_soon()
    return len(wants)


def may_wish(state: MemberState) -> bool:
    """Whether the hub would lend anything of this member: not to a blocked one, nor to one who was merged into another."""
    return state.status == "active" and state.into is None


def asking(desk: Desk, of: Known, currency: str, on: Today) -> Asking:
    """What the till knows of one currency of a member it was told of."""
    unit = points_unit(currency)
    row = balance(desk, of, currency, on)
    assert of.state is not None, "asked before"
    free = min(lots.available([lot for lot in of.state.lots if lot.unit == unit], on.day), row.confirmed)
    member = of.state.member
    pending = sum(want.points for want in desk.store.rights.pending(member) if want.unit == unit)
    refused = desk.store.rights.last_refusal(member, unit)
    return Asking(spendable=free, here=row.spendable_here, pending=pending, refused_at=refused.at if refused else None)


def journal_want(desk: Desk, want: WantBody, now: int) -> None:
    """Write a wish down, inside the caller's transaction."""
    stored = desk.store.journal.append(want, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())
    row = WantRow(position(stored.inc, stored.seq), want.member, want.unit, want.points, want.style, now)
    desk.store.rights.wanted(row)


def withdraw(desk: Desk, wants: Sequence[WantRow]) -> int:
    """Wish no longer. The record ends whatever the hub granted or would grant later: nothing was spent of it here."""
    if not wants:
        return 0
    now = desk.clock.now_ms()
    with desk.store.transaction():
        for want in wants:
            inc, seq = place(want.n)
            body = CloseBody(
                lease=lease_id(desk.rules.till, inc, seq),
                member=want.member,
                unit=want.unit,
                spent=0,
                left=0,
                reason="withdrawn",
                want=seq,
            )
            desk.store.journal.append(body, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())
            desk.store.rights.answered(want.n, "withdrawn", want.reason, want.told)
    desk.push_soon()
    return len(wants)


def forget_wishes(desk: Desk) -> int:
    """Withdraw visit wishes that were not met while the customer could still stand here; a job calls this."""
    now = desk.clock.now_ms()
    old = [
        want for want in desk.store.rights.pending() if want.style == "visit" and not 0 <= now - want.at < WISH_LIFE_MS
    ]
    return withdraw(desk, old)


def refill(desk: Desk, who: Who) -> int:
    """After a redemption: wish for more when a quarter or less is left here, so that the push of the sale brings it."""
    held = desk.store.rights.leases(who.member)
    limit = today(desk, desk.clock.now_ms()).limit
    return wish(desk, who) if low(held, limit) else 0


def let_go(desk: Desk) -> int:
    """Close leases whose time has come or that the hub asks back; only the till's own record ends one (I3)."""
    now = desk.clock.now_ms()
    revoked = desk.store.rights.recalled()
    day = today(desk, now).limit
    return close_all(desk, closings(held_here(desk), now, on_day=day, online=desk.online(), revoked=revoked), now)


def held_here(desk: Desk) -> list[Held]:
    """Open leases with their last use; one in which a hold stands is kept."""
    paying = {(row.member, unit) for row in open_holds(desk) for unit in row.points}
    return [
        Held(lease, used, kept=(lease.grant.member, lease.grant.unit) in paying)
        for lease, used in desk.store.rights.open_leases()
    ]


def give_up(desk: Desk, member: str | None) -> int:
    """A hold of the member ended: close what the hub asked back meanwhile. One look-up when it asked for nothing."""
    revoked = desk.store.rights.recalled(member) if member is not None else frozenset()
    if not revoked:
        return 0
    paying = {unit for row in open_holds(desk, member) for unit in row.points}
    now = desk.clock.now_ms()
    held = [lease for lease in desk.store.rights.leases(member) if lease.grant.id in revoked]
    return close_all(desk, [(lease, "revoked") for lease in held if lease.grant.unit not in paying], now)


def close_all(desk: Desk, due: Sequence[tuple[Lease, Reason]], now: int) -> int:
    """Write the closings and push them; returns how many."""
    if not due:
        return 0
    with desk.store.transaction():
        for lease, reason in due:
            closed, parts = leases.close(lease)
            body = CloseBody(
                lease=lease.grant.id,
                member=lease.grant.member,
                unit=lease.grant.unit,
                spent=leases.spent(lease),
                left=sum(part.points for part in parts),
                reason=reason,
            )
            desk.store.journal.append(body, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())
            desk.store.rights.keep(closed, used=now)
    desk.push_soon()
    return len(due)
