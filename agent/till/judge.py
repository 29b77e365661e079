"""Which Decision a sale gets, and what of it does not fit: refused before payment, recorded as charged after it."""

from __future__ import annotations

from fractions import Fraction

import msgspec
from msgspec import Struct

from agent.loyalty.decision import Decision
from agent.loyalty.ledger import points_unit
from agent.loyalty.member import Member, Points
from agent.loyalty.sale import Line, Sale
from agent.rows import Hold
from agent.till import identify
from agent.till.balance import Balance
from agent.till.desk import Desk
from agent.till.hold import held_quote
from agent.till.identify import Who
from agent.till.quote import SOON_MS, balances, decide, judged, moment, presented, whole
from agent.till.quotes import Quote
from agent.till.refusal import Refusal


class Judged(Struct, frozen=True, kw_only=True):
    """A sale ready to commit. `loss` is points by unit charged beyond every right."""

    sale: Sale
    at: int
    who: Who | None
    decision: Decision
    balances: dict[str, Balance]
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
    hold = _hold(desk, sale, misfits)
    given = held_quote(hold) if hold else _quoted(desk, sale, misfits)
    who = _member(desk, sale, given, misfits)
    if isinstance(who, Refusal):
        return who
    sale = presented(desk, sale) if given is None else sale
    held = balances(desk, who, at, hold=hold.id if hold else None)
    decision = given.decision if given else decide(desk, sale, _asked(sale, judged(who, held), final=final), at)
    misfits += [*_odd_lines(sale.lines), *_odd_time(desk, at), *_odd_sum(sale, decision)]
    spend, loss = _rights(sale, decision, held, misfits, quoted=given is not None)
    if misfits and not final:
        return misfits[0]
    mismatch = tuple(dict.fromkeys(misfit.code for misfit in misfits))
    return Judged(
        sale=sale, at=at, who=who, decision=decision, balances=held, spend=spend, loss=loss, mismatch=mismatch, hold=hold
    )  # fmt: skip


def _hold(desk: Desk, sale: Sale, misfits: list[Refusal]) -> Hold | None:
    if sale.hold is None:
        return None
    row = desk.store.operations.hold(sale.hold)
    if row is None:
        misfits.append(Refusal("hold-unknown", "conflict", {"hold": sale.hold}))
        return None
    if row.state == "captured":
        misfits.append(Refusal("hold-captured", "conflict", {"hold": sale.hold}))
        return None
    if row.state in ("stale", "released"):
        misfits.append(Refusal("hold-" + row.state, "conflict", {"hold": sale.hold}))
    return row if _same_basket(held_quote(row), sale, misfits) else None


def _quoted(desk: Desk, sale: Sale, misfits: list[Refusal]) -> Quote | None:
    if sale.quote is None:
        return None
    given = desk.quotes.get(sale.quote, desk.clock.now_ms())
    if given is None:
        misfits.append(Refusal("quote-unknown", "conflict", {"quote": sale.quote}))
        return None
    return given if _same_basket(given, sale, misfits) else None


def _same_basket(given: Quote, sale: Sale, misfits: list[Refusal]) -> bool:
    if given.sale.lines == sale.lines:
        return True
    misfits.append(Refusal("quote-differs", "conflict", {"quote": given.id}))
    return False


def _member(desk: Desk, sale: Sale, given: Quote | None, misfits: list[Refusal]) -> Who | Refusal | None:
    """The quote's member where a quote stands, else the card named or shown. An unreadable card never stops a paid sale."""
    if given is not None and sale.card is None:
        return _quoted_member(desk, given)
    who = identify.of_sale(desk, sale.card)
    if isinstance(who, Refusal):
        misfits.append(who)
        return None
    if given is not None and who is not None and who.member != given.member:
        misfits.append(Refusal("quote-other-member", "conflict", {"quote": given.id}))
    return who


def _quoted_member(desk: Desk, given: Quote) -> Who | None:
    if given.member is None:
        return None
    if given.sale.card is not None:
        who = identify.by_card(desk, given.sale.card, how=given.how)
        return None if isinstance(who, Refusal) else who
    for thing in desk.current.members():
        if thing.member == given.member:
            who = identify.by_card(desk, thing.data, how=thing.how)
            return None if isinstance(who, Refusal) else who
    known = identify.by_id(desk, given.member, how=given.how)
    return Who(member=given.member, how=given.how, masked="", hmac="") if isinstance(known, Refusal) else known


def _asked(sale: Sale, member: Member | None, *, final: bool) -> Member | None:
    """After payment the engine judges what was charged: as if the member could spend all that was asked for."""
    if member is None or not final:
        return member
    points = dict(member.points)
    for name, asked in sale.redeem.items():
        had = points.get(name, Points())
        if isinstance(asked, int) and asked > had.spendable:
            points[name] = Points(spendable=asked, balance=max(asked, had.balance or 0))
    return msgspec.structs.replace(member, points=points)


def _odd_lines(lines: tuple[Line, ...]) -> list[Refusal]:
    """Lines whose amount is above price x quantity by more than rounding: the POS's sum cannot be right."""
    return [
        Refusal("line-sum", "invalid", {"line": line.n, "amount": line.amount, "price": line.price, "quantity": line.quantity})
        for line in lines
        if line.amount > line.price * Fraction(line.quantity) + 1
    ]  # fmt: skip


def _odd_time(desk: Desk, at: int) -> list[Refusal]:
    now = desk.clock.now_ms()
    if not desk.clock.trusted() or now - desk.rules.oldest_sale_ms <= at <= now + SOON_MS:
        return []
    return [
        Refusal(
            "closed-too-long-ago" if at < now else "closed-in-future", "invalid", {"hours": abs(now - at) // 3_600_000}
        )
    ]


def _odd_sum(sale: Sale, decision: Decision) -> list[Refusal]:
    paid = sum(tender.amount for tender in sale.tenders)
    if not sale.tenders or paid == decision.to_pay:
        return []
    return [Refusal("tenders-sum", "invalid", {"paid": paid, "to_pay": decision.to_pay})]


def _rights(
    sale: Sale, decision: Decision, held: dict[str, Balance], misfits: list[Refusal], *, quoted: bool
) -> tuple[dict[str, int], dict[str, int]]:
    """What of the redemption the leases here pay, and what nobody does."""
    spend: dict[str, int] = {}
    loss: dict[str, int] = {}
    names = sorted({*decision.spent, *sale.redeem})
    for name in names:
        granted = decision.spent.get(name, 0)
        asked = sale.redeem.get(name, "max")
        charged = max(granted, asked) if isinstance(asked, int) and not quoted else granted
        here = held[name].spendable_here if name in held else 0
        pays = min(granted, here)
        if charged > pays:
            fields: dict[str, str | int] = {
                "currency": name,
                "asked": charged,
                "spendable_here": here,
                "allowed": granted,
            }
            misfits.append(Refusal("cannot-spend", "conflict", fields))
            loss[points_unit(name)] = charged - pays
        if pays:
            spend[points_unit(name)] = pays
    return spend, loss
