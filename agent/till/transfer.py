"""Points given away at the till: to another member, or to a cause. The debit is a right like any spend, so it works offline too."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from agent.loyalty.leases import Spend
from agent.loyalty.ledger import DONATED, MOVED, member_account, move, points_unit
from agent.loyalty.lots import Lot
from agent.loyalty.sale import MAX_MINOR, Code, Id
from agent.rows import Operation, Stored, position
from agent.till import identify
from agent.till.answer import balance_answer
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.quote import balances
from agent.till.refusal import Refusal
from agent.till.sell import content_of, enrol, replayed
from agent.till.spending import book_spent, take_rights
from agent.till.wish import refill
from sync.wire import MoveInBody, MoveOutBody


class Transfer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What `POST /v1/members/{id}/transfers` takes: `to` is the receiver's card, `points` smallest points."""

    id: Id
    to: Code
    points: Annotated[int, Meta(ge=1, le=MAX_MINOR)]
    currency: Annotated[str, Meta(max_length=40)] = "main"


class Donation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What `POST /v1/members/{id}/donations` takes: `cause` is the shop's own word for who gets it."""

    id: Id
    cause: Code
    points: Annotated[int, Meta(ge=1, le=MAX_MINOR)]
    currency: Annotated[str, Meta(max_length=40)] = "main"


Gift = Transfer | Donation


def give(desk: Desk, member: str, asked: Gift) -> dict[str, object] | Refusal:
    """Move points out of this till's leases of a member; the same request again answers the same."""
    kind = "transfer" if isinstance(asked, Transfer) else "donation"
    content = content_of((member, _keyed(desk, asked)))
    known = desk.store.operations.get(kind, asked.id)
    if known is not None:
        return replayed(known, content)
    giver = identify.by_id(desk, member, how="id")
    if isinstance(giver, Refusal):
        return giver
    taker = identify.by_card(desk, asked.to, how="pos") if isinstance(asked, Transfer) else None
    refused = taker if isinstance(taker, Refusal) else _refused(desk, giver, taker, asked)
    if refused is not None:
        return refused
    assert not isinstance(taker, Refusal), "asked before"
    answer = _commit(desk, giver, taker, asked, content=content)
    refill(desk, giver)
    desk.push_soon()
    return answer


def _keyed(desk: Desk, asked: Gift) -> Gift:
    """The request with the receiver's keyed name in place of the number."""
    if isinstance(asked, Donation):
        return asked
    named = identify.by_card(desk, asked.to, how="pos")
    return msgspec.structs.replace(asked, to="" if isinstance(named, Refusal) else named.hmac)


def _refused(desk: Desk, giver: Who, taker: Who | None, asked: Gift) -> Refusal | None:
    if taker is not None and taker.member == giver.member:
        return Refusal("transfer-to-self", "conflict")
    if giver.status != "active":
        return Refusal("member-blocked", "conflict")
    row = balances(desk, giver, desk.clock.now_ms()).get(asked.currency)
    here = row.spendable_here if row else 0
    if asked.points > here:
        fields: dict[str, str | int] = {"currency": asked.currency, "asked": asked.points, "allowed": here}
        return Refusal("cannot-spend", "conflict", fields)
    return None


def _commit(desk: Desk, giver: Who, taker: Who | None, asked: Gift, *, content: str) -> dict[str, object]:
    now, unit = desk.clock.now_ms(), points_unit(asked.currency)
    with desk.store.transaction():
        if taker is not None and taker.state is None:
            enrol(desk, taker, now)
        spends = take_rights(desk, giver.member, {unit: asked.points}, now)
        stored = _out(desk, giver, taker, asked, spends=spends)
        book_spent(desk, giver.member, spends, n=position(stored.inc, stored.seq))
        if taker is not None:
            _in(desk, giver, taker, asked, spends=spends)
        answer: dict[str, object] = {
            "id": asked.id,
            "replayed": False,
            "member": giver.member,
            "to": taker.member if taker else None,
            "cause": asked.cause if isinstance(asked, Donation) else "",
            "points": asked.points,
            "balance": balance_answer(balances(desk, giver, now)),
            "seq": stored.seq,
        }
        desk.store.operations.put(
            Operation(
                kind="transfer" if taker else "donation",
                id=asked.id,
                n=position(stored.inc, stored.seq),
                content=content,
                member=giver.member,
                at=now,
                state="posted",
                answer=msgspec.json.encode(answer),
            )
        )
    return answer


def _out(desk: Desk, giver: Who, taker: Who | None, asked: Gift, *, spends: tuple[Spend, ...]) -> Stored:
    now, unit = desk.clock.now_ms(), points_unit(asked.currency)
    body = MoveOutBody(
        store=desk.rules.store,
        id=asked.id,
        member=giver.member,
        unit=unit,
        points=asked.points,
        to=taker.member if taker else None,
        cause=asked.cause if isinstance(asked, Donation) else "",
        spends=spends,
        postings=move(unit, asked.points, source=member_account(giver.member), target=MOVED if taker else DONATED),
    )
    return desk.store.journal.append(body, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())


def _in(desk: Desk, giver: Who, taker: Who, asked: Gift, *, spends: tuple[Spend, ...]) -> None:
    """The receiver's half: each part in a lot of its own that keeps the age and the last day of the lot it came from."""
    now, unit = desk.clock.now_ms(), points_unit(asked.currency)
    backing = {
        (lease.grant.id, part.lot): part
        for lease in (desk.store.rights.lease(spend.lease) for spend in spends)
        if lease is not None
        for part in lease.grant.backing
    }
    lots = tuple(
        Lot(
            id=desk.ids.new(now),
            unit=unit,
            points=part.points,
            left=part.points,
            born=backing[spend.lease, part.lot].born,
            expires_on=backing[spend.lease, part.lot].expires_on,
        )
        for spend in spends
        for part in spend.parts
    )
    body = MoveInBody(
        store=desk.rules.store,
        id=asked.id,
        member=taker.member,
        unit=unit,
        points=asked.points,
        of=giver.member,
        lots=lots,
        postings=move(unit, asked.points, source=MOVED, target=member_account(taker.member)),
    )
    stored = desk.store.journal.append(body, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())
    desk.store.rights.bear(lots, member=taker.member, n=position(stored.inc, stored.seq))
