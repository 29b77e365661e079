"""Returns and voids: from the sale's own record, cumulative, replayable; nothing is judged again."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from agent.loyalty.decision import Refused
from agent.loyalty.returns import ReturnDecision, ReturnedLine, give_back, give_back_all
from agent.loyalty.sale import MAX_LINES, Id
from agent.rows import Operation, Stored, position
from agent.till import identify, when
from agent.till.answer import balance_answer
from agent.till.balance import Balance, today
from agent.till.book_back import book_back, postings
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.paper import MARK_DIGITS, told_of
from agent.till.quote import balances
from agent.till.refusal import Refusal
from agent.till.return_paper import put_return
from agent.till.sell import content_of, replayed
from agent.till.sold import Sold, born, sold
from sync.wire import ReturnBody, VoidBody


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


class Back(Struct, frozen=True, kw_only=True):
    """A return or void ready to commit; a void has no lines."""

    kind: str
    id: str
    content: str
    at: int
    sale: str
    sold: Sold
    decision: ReturnDecision
    lines: tuple[ReturnedLine, ...] = ()
    print: bool


def take_back(desk: Desk, sale: str, asked: Return) -> dict[str, object] | Refusal:
    """Return part of a sale or all of it."""
    content = content_of((sale, asked))
    known = desk.store.operations.get("return", asked.id)
    if known is not None:
        return replayed(known, content)
    found = _standing(desk, sale)
    if isinstance(found, Refusal):
        return found
    try:
        at = when.parse(asked.closed_at) if asked.closed_at is not None else desk.clock.now_ms()
    except ValueError:
        return Refusal("bad-moment", "invalid", {"closed_at": asked.closed_at or ""})
    decision = give_back(found.body, found.prior, asked.lines, born=born(desk, found))
    if isinstance(decision, Refused):
        return _refused(sale, decision)
    return _commit(
        desk,
        Back(
            kind="return",
            id=asked.id,
            content=content,
            at=at,
            sale=sale,
            sold=found,
            decision=decision,
            lines=asked.lines,
            print=asked.print,
        ),
    )


def void(desk: Desk, sale: str, asked: Void) -> dict[str, object] | Refusal:
    """Take a whole sale back, as never made; nothing is presented any more afterwards."""
    content = content_of((sale, asked))
    known = desk.store.operations.get("void", asked.id)
    if known is not None:
        return replayed(known, content)
    found = _standing(desk, sale)
    if isinstance(found, Refusal):
        return found
    decision = give_back_all(found.body, found.prior, born=born(desk, found))
    if isinstance(decision, Refused):
        return _refused(sale, decision)
    back = Back(
        kind="void",
        id=asked.id,
        content=content,
        at=desk.clock.now_ms(),
        sale=sale,
        sold=found,
        decision=decision,
        print=asked.print,
    )
    answer = _commit(desk, back)
    desk.current.close(sale, desk.clock.monotonic_ms())
    return answer


def _standing(desk: Desk, sale: str) -> Sold | Refusal:
    found = sold(desk, sale)
    if isinstance(found, Sold) and found.voided:
        return Refusal("sale-voided", "conflict", {"id": sale})
    return found


def _refused(sale: str, decision: Refused) -> Refusal:
    return Refusal("return-" + decision.code, "invalid", {"id": sale, **decision.numbers})


def _commit(desk: Desk, back: Back) -> dict[str, object]:
    now, sale = desk.clock.now_ms(), back.sold.body
    who = _who(desk, sale.member)
    on = today(desk, sale.decision.at)
    before = balances(desk, who, sale.decision.at, on=on)
    with desk.store.transaction():
        stored = desk.store.journal.append(
            _body(desk, back), at=now, id=desk.ids.new(now), trusted=desk.clock.trusted()
        )
        n = position(stored.inc, stored.seq)
        book_back(desk, sale, back.decision, n, on=on)
        after = balances(desk, who, sale.decision.at, on=on)
        told = told_of(desk, sale, stored, who=who, held=after)
        receipt = put_return(desk, back.kind, told, back.decision, sale=sale, stored=stored, paper=back.print)
        answer = _answer(back, stored, before, after) | {"receipt": receipt}
        if back.kind == "void":
            desk.store.operations.state("sale", back.sale, "voided")
        desk.store.operations.put(
            Operation(
                kind=back.kind,
                id=back.id,
                n=n,
                content=back.content,
                of=back.sale,
                member=sale.member,
                at=now,
                state="posted",
                answer=msgspec.json.encode(answer),
            )
        )
    desk.events.publish("sale", answer)
    desk.push_soon()
    if back.print and desk.rules.printer:
        desk.print_soon(desk.rules.printer)
    return answer


def _who(desk: Desk, member: str | None) -> Who | None:
    if member is None:
        return None
    return identify.again(desk, member=member, hmac="", masked="", how="sale")


def _body(desk: Desk, back: Back) -> ReturnBody | VoidBody:
    sale, decision = back.sold.body, back.decision
    own_lots = tuple(lot.id for lot in sale.lots)
    moved = postings(sale.member, decision)
    if back.kind == "void":
        return VoidBody(
            store=desk.rules.store,
            id=back.id,
            of=back.sale,
            member=sale.member,
            restored=decision.restored,
            taken_back=decision.taken_back,
            loss_back=decision.loss_back,
            own_lots=own_lots,
            postings=moved,
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
        loss_back=decision.loss_back,
        own_lots=own_lots,
        postings=moved,
    )


def _answer(back: Back, stored: Stored, before: dict[str, Balance], after: dict[str, Balance]) -> dict[str, object]:
    decision = back.decision
    debts = {name: row.debt - before[name].debt for name, row in after.items() if row.debt > before[name].debt}
    return {
        "id": back.id,
        "of": back.sale,
        "replayed": False,
        "money_back": decision.money_back,
        "lines": [msgspec.to_builtins(line) for line in decision.lines],
        "fiscal_lines": [msgspec.to_builtins(line) | {"tax_rate": line.tax_rate} for line in decision.fiscal_lines],
        "restored": {_name(unit): sum(part.points for part in parts) for unit, parts in decision.restored.items()},
        "taken_back": {_name(unit): points for unit, points in decision.taken_back.items()},
        "loss_back": {_name(unit): points for unit, points in decision.loss_back.items()},
        "debt": debts,
        "full": decision.full,
        "member": back.sold.body.member,
        "balance": balance_answer(after),
        "seq": stored.seq,
        "mark": stored.hash[:MARK_DIGITS],
    }


def _name(unit: str) -> str:
    return unit.removeprefix("points:")
