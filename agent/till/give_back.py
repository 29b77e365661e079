"""Returns and voids: from the sale's own record, cumulative, replayable; nothing is judged again."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from agent.loyalty.decision import Refused
from agent.loyalty.ledger import ISSUED, LOSS, REDEEMED, Posting, member_account, move
from agent.loyalty.lots import Lot
from agent.loyalty.returns import ReturnDecision, ReturnedLine, give_back, give_back_all
from agent.loyalty.sale import MAX_LINES, Id
from agent.rows import Delta, Operation, Stored, position
from agent.till import identify, when
from agent.till.answer import balance_answer
from agent.till.balance import Balance
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.paper import MARK_DIGITS
from agent.till.quote import balances
from agent.till.refusal import Refusal
from agent.till.return_paper import put_return
from agent.till.sell import content_of, replayed
from sync.wire import ReturnBody, SaleBody, VoidBody, decode


class Return(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What `POST /v1/sales/{id}/returns` takes: pieces of lines, or parts of their sums."""

    id: Id
    lines: Annotated[tuple[ReturnedLine, ...], Meta(min_length=1, max_length=MAX_LINES)]
    closed_at: Annotated[str, Meta(max_length=40)] | None = None
    print: bool = True


class Void(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What `POST /v1/sales/{id}/void` takes."""

    id: Id
    print: bool = True


class Sold(Struct, frozen=True, kw_only=True):
    """A sale's record with what was returned of it."""

    body: SaleBody
    voided: bool
    prior: tuple[ReturnBody, ...]


class Back(Struct, frozen=True, kw_only=True):
    """A return or void ready to commit."""

    kind: str
    id: str
    content: str
    at: int
    sold: Sold
    sale: str
    decision: ReturnDecision
    lines: tuple[ReturnedLine, ...]
    print: bool


def sold(desk: Desk, sale: str) -> Sold | Refusal:
    """Find a sale of this till."""
    known = desk.store.operations.get("sale", sale)
    stored = desk.store.journal.read(known.n) if known else None
    if known is None or stored is None:
        return Refusal("sale-unknown", "not_found", {"id": sale})
    body = decode(stored.line).body
    assert isinstance(body, SaleBody)
    prior = [decode(row.line).body for row in map(desk.store.journal.read, _positions(desk, sale)) if row]
    returns = tuple(row for row in prior if isinstance(row, ReturnBody))
    return Sold(body=body, voided=known.state == "voided", prior=returns)


def _positions(desk: Desk, sale: str) -> list[int]:
    return [row.n for row in desk.store.operations.of(sale)]


def take_back(desk: Desk, sale: str, asked: Return) -> dict[str, object] | Refusal:
    """Return part of a sale or all of it."""
    content = content_of((sale, asked))
    known = desk.store.operations.get("return", asked.id)
    if known is not None:
        return replayed(known, content)
    found = sold(desk, sale)
    if isinstance(found, Refusal):
        return found
    if found.voided:
        return Refusal("sale-voided", "conflict", {"id": sale})
    try:
        at = when.parse(asked.closed_at) if asked.closed_at else desk.clock.now_ms()
    except ValueError:
        return Refusal("bad-moment", "invalid", {"closed_at": (asked.closed_at or "")[:40]})
    decision = give_back(found.body, found.prior, asked.lines, born=_born(desk, found))
    if isinstance(decision, Refused):
        return Refusal("return-" + decision.code, "invalid", {"id": sale, **decision.numbers})
    back = Back(
        kind="return",
        id=asked.id,
        content=content,
        at=at,
        sold=found,
        sale=sale,
        decision=decision,
        lines=asked.lines,
        print=asked.print,
    )
    return _commit(desk, back)


def void(desk: Desk, sale: str, asked: Void) -> dict[str, object] | Refusal:
    """Take a whole sale back, as never made."""
    content = content_of((sale, asked))
    known = desk.store.operations.get("void", asked.id)
    if known is not None:
        return replayed(known, content)
    found = sold(desk, sale)
    if isinstance(found, Refusal):
        return found
    if found.voided:
        return Refusal("sale-voided", "conflict", {"id": sale})
    decision = give_back_all(found.body, found.prior, born=_born(desk, found))
    if isinstance(decision, Refused):
        return Refusal("return-" + decision.code, "invalid", {"id": sale, **decision.numbers})
    back = Back(
        kind="void",
        id=asked.id,
        content=content,
        at=desk.clock.now_ms(),
        sold=found,
        sale=sale,
        decision=decision,
        lines=(),
        print=asked.print,
    )
    return _commit(desk, back)


def _born(desk: Desk, found: Sold) -> dict[str, int]:
    """Ages of lots as far as they are known here."""
    if found.body.member is None:
        return {}
    state = desk.store.members.get(found.body.member)
    known = [*(state.lots if state else ()), *desk.store.rights.own_lots(found.body.member)]
    return {lot.id: lot.born for lot in known}


def _commit(desk: Desk, back: Back) -> dict[str, object]:
    now = desk.clock.now_ms()
    who = _who(desk, back.sold.body.member)
    before = balances(desk, who, back.sold.body.closed_at)
    body = _body(desk, back)
    with desk.store.transaction():
        stored = desk.store.journal.append(body, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())
        n = position(stored.inc, stored.seq)
        _book(desk, back, n)
        after = balances(desk, who, back.sold.body.closed_at)
        receipt = put_return(desk, back.kind, back.sold.body, back.decision, who, after, stored, paper=back.print)
        answer = _answer(back, stored, before, after, receipt)
        if back.kind == "void":
            desk.store.operations.state("sale", back.sale, "voided")
        desk.store.operations.put(
            Operation(
                kind=back.kind,
                id=back.id,
                n=n,
                content=back.content,
                of=back.sale,
                member=back.sold.body.member,
                at=now,
                state="posted",
                answer=msgspec.json.encode(answer),
            )
        )
    desk.events.publish("sale", answer)
    desk.push_soon()
    if desk.rules.printer:
        desk.print_soon(desk.rules.printer)
    return answer


def _who(desk: Desk, member: str | None) -> Who | None:
    if member is None:
        return None
    who = identify.by_id(desk, member, how="sale")
    return Who(member=member, how="sale", masked="", hmac="") if isinstance(who, Refusal) else who


def _body(desk: Desk, back: Back) -> ReturnBody | VoidBody:
    sale, decision = back.sold.body, back.decision
    own_lots = tuple(lot.id for lot in sale.lots)
    if back.kind == "void":
        return VoidBody(
            store=desk.rules.store,
            id=back.id,
            of=back.sale,
            member=sale.member,
            restored=decision.restored,
            taken_back=decision.taken_back,
            own_lots=own_lots,
            postings=_postings(sale.member, decision),
        )
    return ReturnBody(
        store=desk.rules.store,
        id=back.id,
        content=back.content,
        of=back.sale,
        lines=back.lines,
        closed_at=back.at,
        money_back=decision.money_back,
        member=sale.member,
        restored=decision.restored,
        taken_back=decision.taken_back,
        own_lots=own_lots,
        postings=_postings(sale.member, decision),
    )


def _postings(member: str | None, decision: ReturnDecision) -> tuple[Posting, ...]:
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


def _book(desk: Desk, back: Back, n: int) -> None:
    """Restore first, then claw back: from the sale's own lots that the hub has not told yet, the rest from what it has told."""
    member, decision = back.sold.body.member, back.decision
    if member is None:
        return
    own = {lot.id: lot for lot in desk.store.rights.own_lots(member)}
    mine = [own[lot.id] for lot in back.sold.body.lots if lot.id in own]
    for unit in sorted({*decision.restored, *decision.taken_back}):
        rest = _from_own(desk, [lot for lot in mine if lot.unit == unit], decision.taken_back.get(unit, 0), n)
        restored = sum(part.points for part in decision.restored.get(unit, ()))
        if restored or rest:
            desk.store.rights.moved(Delta(unit, restored=restored, taken_back=rest), member=member, n=n)


def _from_own(desk: Desk, lots: list[Lot], points: int, n: int) -> int:
    for lot in lots:
        part = min(points, lot.left)
        if part:
            desk.store.rights.relot(msgspec.structs.replace(lot, left=lot.left - part), n=n)
            points -= part
    return points


def _answer(
    back: Back, stored: Stored, before: dict[str, Balance], after: dict[str, Balance], receipt: str
) -> dict[str, object]:
    decision = back.decision
    debts = {name: row.debt - before[name].debt for name, row in after.items() if row.debt > before[name].debt}
    return {
        "id": back.id,
        "of": back.sale,
        "replayed": False,
        "money_back": decision.money_back,
        "lines": [msgspec.to_builtins(line) for line in decision.lines],
        "fiscal_lines": [msgspec.to_builtins(line) for line in decision.fiscal_lines],
        "restored": {_name(unit): sum(part.points for part in parts) for unit, parts in decision.restored.items()},
        "taken_back": {_name(unit): points for unit, points in decision.taken_back.items()},
        "debt": debts,
        "full": decision.full,
        "member": back.sold.body.member,
        "balance": balance_answer(after),
        "receipt": receipt,
        "seq": stored.seq,
        "mark": stored.hash[:MARK_DIGITS],
    }


def _name(unit: str) -> str:
    return unit.removeprefix("points:")
