"""Which Decision a sale gets, and what of it does not fit: refused before payment, recorded as charged after it."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from agent.loyalty.bill import MILLI, milli
from agent.loyalty.decision import Decision
from agent.loyalty.member import Member, Points
from agent.loyalty.sale import Line, Sale
from agent.rows import Hold
from agent.till import identify
from agent.till.balance import Today, today
from agent.till.charged import as_charged
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.promise import Promise, member_of, promised
from agent.till.quote import SOON_MS, balances, decide, judged, moment, units, whole, with_presented
from agent.till.refusal import Refusal


class Judged(Struct, frozen=True, kw_only=True):
    """A sale ready to commit. `loss` is points by unit charged beyond every right."""

    sale: Sale
    at: int
    """When it was closed, UTC ms."""
    on: Today
    who: Who | None
    member: Member | None
    """As the engine saw them."""
    decision: Decision
    spend: dict[str, int]
    """Points by unit that this till's leases pay."""
    loss: dict[str, int]
    mismatch: tuple[str, ...]
    hold: Hold | None = None


def is_final(sale: Sale) -> bool:
    """Whether the customer has paid and left."""
    return sale.final if sale.final is not None else sale.receipt_no is not None


def judge(desk: Desk, sale: Sale) -> Judged | Refusal:
    """Find the Decision, then look what does not fit; a refusal only before payment or for a malformed body."""
    at = moment(desk, sale)
    if isinstance(at, Refusal):
        return at
    if fault := whole(sale):
        return fault
    final = is_final(sale)
    misfits: list[Refusal] = []
    identify.opened(desk, sale.id)
    promise = promised(desk, sale, misfits, final=final)
    who = member_of(desk, sale, promise.quote, misfits)
    sale = _as_quoted(desk, sale, promise)
    reckoned = promise.quote.decision.at if promise.quote else at
    on = today(desk, reckoned)
    held = balances(desk, who, reckoned, on=on, hold=promise.hold.id if promise.hold else None)
    member = promise.quote.judged if promise.quote else _as_seen(judged(who, held), sale, final=final)
    decision = promise.quote.decision if promise.quote else decide(desk, sale, member, at)
    misfits += [*_odd_lines(sale.lines), *_odd_time(desk, at)]
    asked = {} if promise.quote else {name: wish for name, wish in sale.redeem.items() if isinstance(wish, int)}
    here = {name: row.spendable_here for name, row in held.items()} if who and who.status == "active" else {}
    misfits += _odd_points(asked, decision.spent, here)
    if final:
        decision = as_charged(decision, desk.programme(at), sale, asked)
    misfits += _odd_sum(sale, decision)
    if misfits and not final:
        return misfits[0]
    return Judged(
        sale=sale if sale.card is None else msgspec.structs.replace(sale, card=None),
        at=at,
        on=on,
        who=who,
        member=member,
        decision=decision,
        spend=units({name: min(points, here.get(name, 0)) for name, points in decision.spent.items()}),
        loss=units({name: max(0, points - here.get(name, 0)) for name, points in decision.spent.items()}),
        mismatch=tuple(dict.fromkeys(misfit.code for misfit in misfits)),
        hold=promise.hold,
    )


def _as_quoted(desk: Desk, sale: Sale, promise: Promise) -> Sale:
    """The sale with the coupons and certificates it was judged with: the quote's, or what is shown here."""
    quote = promise.quote
    if quote is None:
        return with_presented(desk, sale)
    if (quote.sale.coupons, quote.sale.certificates) == (sale.coupons, sale.certificates):
        return sale
    return msgspec.structs.replace(sale, coupons=quote.sale.coupons, certificates=quote.sale.certificates)


def _as_seen(member: Member | None, sale: Sale, *, final: bool) -> Member | None:
    """After payment the engine judges what was charged: as if the member could spend all that was asked for."""
    if member is None or not final or not sale.redeem:
        return member
    points = dict(member.points)
    for name, asked in sale.redeem.items():
        had = points.get(name, Points())
        if isinstance(asked, int) and asked > had.spendable:
            points[name] = Points(spendable=asked, balance=had.balance)
    return msgspec.structs.replace(member, points=points)


def _odd_lines(lines: tuple[Line, ...]) -> list[Refusal]:
    """Lines whose amount is above price x quantity by more than rounding: the POS's sum cannot be right."""
    return [
        Refusal("line-sum", "invalid", {"line": line.n, "amount": line.amount, "price": line.price, "quantity": line.quantity})
        for line in lines
        if line.amount * MILLI > line.price * (MILLI if line.quantity == "1" else milli(line.quantity)) + MILLI
    ]  # fmt: skip


def _odd_time(desk: Desk, at: int) -> list[Refusal]:
    now = desk.clock.now_ms()
    if not desk.clock.trusted() or now - desk.rules.oldest_sale_ms <= at <= now + SOON_MS:
        return []
    code = "closed-too-long-ago" if at < now else "closed-in-future"
    return [Refusal(code, "invalid", {"hours": abs(now - at) // 3_600_000})]


def _odd_sum(sale: Sale, decision: Decision) -> list[Refusal]:
    paid = sum(tender.amount for tender in sale.tenders)
    if not sale.tenders or paid == decision.to_pay:
        return []
    return [Refusal("tenders-sum", "invalid", {"paid": paid, "to_pay": decision.to_pay})]


def _odd_points(asked: dict[str, int], granted: dict[str, int], here: dict[str, int]) -> list[Refusal]:
    """Points charged beyond what the programme grants or this till's leases pay."""
    misfits = []
    for name in sorted({*asked, *granted}):
        charged = max(asked.get(name, 0), granted.get(name, 0))
        allowed = min(granted.get(name, 0), here.get(name, 0))
        if charged > allowed:
            fields: dict[str, str | int] = {"currency": name, "asked": charged, "allowed": allowed}
            misfits.append(Refusal("cannot-spend", "conflict", fields))
    return misfits
