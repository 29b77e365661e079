"""What a return or void moves: its postings, and what of it the hub does not know yet."""

from __future__ import annotations

import msgspec

from agent.loyalty.ledger import ISSUED, LOSS, REDEEMED, Posting, member_account, move
from agent.loyalty.lots import Lot
from agent.loyalty.returns import ReturnDecision
from agent.rows import Delta
from agent.till.balance import Today
from agent.till.desk import Desk
from sync.wire import SaleBody


def postings(member: str | None, decision: ReturnDecision) -> tuple[Posting, ...]:
    """Redeemed points back to the member, earned ones back to where they came from; what the shop bore, to the shop."""
    rows: list[Posting] = []
    if member is not None:
        account = member_account(member)
        for unit, parts in sorted(decision.restored.items()):
            rows += move(unit, sum(part.points for part in parts), source=REDEEMED, target=account)
        for unit, points in sorted(decision.taken_back.items()):
            rows += move(unit, points, source=account, target=ISSUED)
    for unit, points in sorted(decision.loss_back.items()):
        rows += move(unit, points, source=REDEEMED, target=LOSS)
    return tuple(rows)


def book_back(desk: Desk, sale: SaleBody, decision: ReturnDecision, n: int, *, on: Today) -> None:
    """Restore first, then claw back: from the sale's own lots, untold or still pending, then from what may be spent."""
    if sale.member is None:
        return
    for unit in sorted({*decision.restored, *decision.taken_back}):
        lots = {part.lot: -part.points for part in decision.restored.get(unit, ())}
        restored = -sum(lots.values())
        rest = _from_untold(desk, sale, (unit, decision.taken_back.get(unit, 0)), n)
        rest = _from_pending(desk, sale, (unit, rest), lots, on=on)
        if lots or rest:
            delta = Delta(unit, restored=restored, taken_back=rest, lots=lots)
            desk.store.rights.moved(delta, member=sale.member, n=n)


def _from_untold(desk: Desk, sale: SaleBody, taken: tuple[str, int], n: int) -> int:
    """Off the sale's lots that only this till knows; returns what is short."""
    unit, points = taken
    untold = [lot for given in sale.lots if (lot := desk.store.rights.own_lot(given.id)) is not None]
    for lot in _own(sale, unit, untold):
        part = min(points, lot.left)
        if part:
            desk.store.rights.relot(msgspec.structs.replace(lot, left=lot.left - part), n=n)
            points -= part
    return points


def _from_pending(desk: Desk, sale: SaleBody, taken: tuple[str, int], lots: dict[str, int], *, on: Today) -> int:
    """Off the sale's lots that the hub told of and nobody may spend yet: they stand behind no lease, so none is narrowed."""
    unit, points = taken
    assert sale.member is not None, "asked before"
    state = desk.store.members.get(sale.member)
    gone = {row.unit: row.lots for row in desk.store.rights.deltas(sale.member)}.get(unit, {})
    for lot in _own(sale, unit, state.lots if state else ()):
        if lot.spendable_from <= on.day:
            continue
        part = min(points, max(0, lot.left - gone.get(lot.id, 0)))
        if part:
            lots[lot.id] = lots.get(lot.id, 0) + part
            points -= part
    return points


def _own(sale: SaleBody, unit: str, lots: tuple[Lot, ...] | list[Lot]) -> list[Lot]:
    given = {lot.id for lot in sale.lots}
    return [lot for lot in lots if lot.id in given and lot.unit == unit]
