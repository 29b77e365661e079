"""Sell: one transaction holds the record, the rights spent, the lots born, the answer and the print job; then it prints."""

from __future__ import annotations

import contextlib
import hashlib

import msgspec

from agent.errors import StorageFull
from agent.loyalty.ledger import ISSUED, LOSS, REDEEMED, Posting, member_account, move, points_unit
from agent.loyalty.lots import Lot, lot_of
from agent.loyalty.member import Member
from agent.loyalty.sale import Sale
from agent.rows import Hold, Operation, Stored, position
from agent.till import identify
from agent.till.answer import answer_of
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.judge import Judged, judge
from agent.till.paper import put_receipt, told_of, would_earn
from agent.till.quote import balances
from agent.till.refusal import Refusal, reused
from agent.till.spending import book_spent, take_rights
from agent.till.wish import give_up, refill
from sync.wire import EnrolBody, SaleBody, encode


def content_of(value: object) -> str:
    """SHA-256 of a request's canonical bytes, hex."""
    return hashlib.sha256(encode(value)).hexdigest()


def sell(desk: Desk, sale: Sale, *, lang: str = "") -> dict[str, object] | Refusal:
    """Commit a sale. The same id with the same content answers the same again, marked `replayed`; with other content refuses."""
    if sale.id is None:
        return Refusal("id-missing", "invalid")
    content = content_of(identify.without_number(desk, sale))
    known = desk.store.operations.get("sale", sale.id)
    if known is not None:
        return replayed(known, content)
    ready = judge(desk, sale)
    if isinstance(ready, Refusal):
        return ready
    answer = _commit(desk, ready, content, lang or desk.rules.lang)
    desk.current.close(sale.id, desk.clock.monotonic_ms())
    desk.events.publish("sale", answer)
    # The sale stands: a disk that has no room for a wish or a closing must not make its answer a fault.
    with contextlib.suppress(StorageFull):
        if ready.hold is not None:
            give_up(desk, ready.hold.member)
        if ready.spend and ready.who is not None:
            refill(desk, ready.who)
    desk.push_soon()
    if sale.print and desk.rules.printer:
        desk.print_soon(desk.rules.printer)
    return answer


def replayed(known: Operation, content: str) -> dict[str, object] | Refusal:
    """The answer given before, or a refusal when the id was used for something else."""
    if known.content != content:
        return reused(known.id, known.at)
    answer: dict[str, object] = msgspec.json.decode(known.answer)
    answer["replayed"] = True
    return answer


def _commit(desk: Desk, ready: Judged, content: str, lang: str) -> dict[str, object]:
    now, trusted = desk.clock.now_ms(), desk.clock.trusted()
    who, sale = ready.who, ready.sale
    with desk.store.transaction():
        if who is not None and who.state is None and who.hmac:
            enrol(desk, who, now)
        # `judge` saw that the points are there.
        spends = take_rights(desk, who.member, ready.spend, now, on=ready.on) if who and ready.spend else ()
        lots = _lots(desk, ready, now)
        body = SaleBody(
            store=desk.rules.store,
            sale=sale,
            content=content,
            closed_at=ready.at,
            decision=msgspec.structs.replace(ready.decision, trace=(), hints=()),
            member=who.member if who else None,
            how=who.how if who else "",
            judged=_nameless(ready.member),
            spends=spends,
            loss=ready.loss,
            lots=lots,
            mismatch=ready.mismatch,
            postings=_postings(ready, lots),
        )
        stored = desk.store.journal.append(body, at=now, id=desk.ids.new(now), trusted=trusted)
        n = position(stored.inc, stored.seq)
        _book(desk, ready, body, n)
        answer = _answer(desk, ready, body, stored, lang=lang)
        _keep(desk, ready, answer, content=content, n=n, now=now)
    return answer


def _nameless(member: Member | None) -> Member | None:
    """What decided, without what says who it was: the hub knows the birthday, and the record goes far."""
    return msgspec.structs.replace(member, id="", birthday=None, joined=None) if member else None


def enrol(desk: Desk, who: Who, now: int) -> None:
    """A card nobody met before becomes a member here; every till makes the same one of it."""
    body = EnrolBody(member=who.member, cards=(who.hmac,), masked=who.masked)
    desk.store.journal.append(body, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())
    desk.store.members.enrol(body)


def _lots(desk: Desk, ready: Judged, now: int) -> tuple[Lot, ...]:
    if ready.who is None:
        return ()
    return tuple(
        lot_of(earned, lot_id=desk.ids.new(now), unit=points_unit(name), born=ready.at)
        for name, earned in sorted(ready.decision.earned.items())
        if earned.points
    )


def _postings(ready: Judged, lots: tuple[Lot, ...]) -> tuple[Posting, ...]:
    rows: list[Posting] = []
    if ready.who is not None:
        member = member_account(ready.who.member)
        for lot in lots:
            rows += move(lot.unit, lot.points, source=ISSUED, target=member)
        for unit, points in sorted(ready.spend.items()):
            rows += move(unit, points, source=member, target=REDEEMED)
    for unit, points in sorted(ready.loss.items()):
        rows += move(unit, points, source=LOSS, target=REDEEMED)
    return tuple(rows)


def _book(desk: Desk, ready: Judged, body: SaleBody, n: int) -> None:
    """What the hub does not know yet of this member."""
    if ready.who is None:
        return
    desk.store.rights.bear(body.lots, member=ready.who.member, n=n)
    book_spent(desk, ready.who.member, body.spends, n=n)


def _answer(desk: Desk, ready: Judged, body: SaleBody, stored: Stored, *, lang: str) -> dict[str, object]:
    who = ready.who
    if who is not None and who.state is None:
        who = msgspec.structs.replace(who, state=desk.store.members.get(who.member))
    if ready.hold is not None:
        desk.store.operations.put_hold(_captured(ready.hold))
    after = balances(desk, who, ready.decision.at, on=ready.on)
    told = told_of(desk, body, stored, who=who, held=after)
    told = msgspec.structs.replace(told, would_earn=would_earn(ready.decision) if who is None else {})
    receipt = put_receipt(desk, body, told, stored)
    return answer_of(desk, body, after, stored, hints=ready.decision.hints, receipt=receipt, lang=lang)


def _keep(desk: Desk, ready: Judged, answer: dict[str, object], *, content: str, n: int, now: int) -> None:
    assert ready.sale.id is not None
    desk.store.operations.put(
        Operation(
            kind="sale",
            id=ready.sale.id,
            n=n,
            content=content,
            member=ready.who.member if ready.who else None,
            at=now,
            state="posted",
            answer=msgspec.json.encode(answer),
        )
    )


def _captured(hold: Hold) -> Hold:
    """A hold that became a sale; the sale's record keeps what the quote said."""
    return msgspec.structs.replace(hold, state="captured", quote=b"")
