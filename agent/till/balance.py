"""A member's balance as this till can answer for it: the hub's last word, less and plus what the hub does not know yet."""

from __future__ import annotations

from msgspec import Struct

from agent.loyalty import leases, lots
from agent.loyalty.ledger import points_unit
from agent.loyalty.lots import Due
from agent.rows import Delta
from agent.till.desk import Desk
from agent.till.when import iso
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


def balance(desk: Desk, member: str, currency: str, *, on_day: str, hold: str | None = None) -> Balance:
    """One currency of one member on a day (ISO, the programme's zone); `hold` leaves that hold's own points spendable."""
    unit, store = points_unit(currency), desk.store
    state = store.members.get(member)
    delta = next((row for row in store.rights.deltas(member) if row.unit == unit), Delta(unit))
    own = [lot for lot in store.rights.own_lots(member) if lot.unit == unit and lot.left]
    told = [lot for lot in state.lots if lot.unit == unit and lot.left] if state else []
    held = [lease for lease in store.rights.leases(member) if lease.grant.unit == unit]
    right = sum(leases.left(lease, on_day if desk.clock.trusted() else None) for lease in held)
    holds = sum(row.points.get(unit, 0) for row in store.operations.holds("open", member) if row.id != hold)
    alive = [lot for lot in told if not lots.expired(lot, on_day)]
    raw = sum(lot.left for lot in alive) - delta.spent + delta.restored - delta.taken_back
    debt = (state.debt.get(unit, 0) if state else 0) + max(0, -raw)
    return Balance(
        confirmed=max(0, raw),
        as_of=_as_of(desk, state),
        unsynced=sum(lot.left for lot in own),
        maturing=_dues(lots.maturing([*alive, *own], on_day), "from"),
        spendable_here=max(0, right - delta.taken_back - holds),
        locked_elsewhere=_elsewhere(state, unit, delta, sum(leases.left(lease, None) for lease in held)),
        expiring=_dues(lots.expiring([*alive, *own], on_day, desk.rules.expiry_notice_days), "on"),
        debt=debt,
    )


def _elsewhere(state: MemberState | None, unit: str, delta: Delta, own_left: int) -> int:
    # The hub counts our leases whole until our spends reach it.
    return max(0, state.leased.get(unit, 0) - own_left - delta.spent) if state else 0


def _dues(dues: tuple[Due, ...], word: str) -> tuple[dict[str, int | str], ...]:
    return tuple({"points": due.points, word: due.day} for due in dues)


def _as_of(desk: Desk, state: MemberState | None) -> str | None:
    told = desk.store.meta.get("told_at")
    return iso(int(told)) if told and state is not None and state.rev else None
