"""A sale of this till as its record says it, with what came back of it since."""

from __future__ import annotations

from msgspec import Struct

from agent.till import when
from agent.till.desk import Desk
from agent.till.refusal import Refusal
from sync.wire import ReturnBody, SaleBody, decode


class Sold(Struct, frozen=True, kw_only=True):
    """A sale's record with what was returned of it, in order."""

    body: SaleBody
    voided: bool
    prior: tuple[ReturnBody, ...]


def sold(desk: Desk, sale: str) -> Sold | Refusal:
    """Find a sale of this till."""
    known = desk.store.operations.get("sale", sale)
    if known is None:
        return Refusal("sale-unknown", "not_found", {"id": sale})
    stored = desk.store.journal.read(known.n)
    if stored is None:
        return Refusal("sale-pruned", "not_found", {"id": sale, "at": when.iso(known.at)})
    body = decode(stored.line).body
    assert isinstance(body, SaleBody), "an operation leads to its own record"
    rows = [desk.store.journal.read(row.n) for row in desk.store.operations.of(sale)]
    later = [decode(row.line).body for row in rows if row is not None]
    returns = tuple(found for found in later if isinstance(found, ReturnBody))
    return Sold(body=body, voided=known.state == "voided", prior=returns)


def born(desk: Desk, sale: Sold) -> dict[str, int]:
    """Ages of the member's lots as far as they are known here."""
    member = sale.body.member
    if member is None:
        return {}
    state = desk.store.members.get(member)
    known = [*(state.lots if state else ()), *desk.store.rights.own_lots(member)]
    return {lot.id: lot.born for lot in known}
