"""Quote a basket: who it is for, what they get, with no effect but a promise that holds for a while."""

from __future__ import annotations

import msgspec

from agent.loyalty.decision import Decision
from agent.loyalty.engine import evaluate
from agent.loyalty.ledger import points_unit
from agent.loyalty.member import Member, Points, Status
from agent.loyalty.sale import Sale
from agent.till import identify, when
from agent.till.balance import Balance, Today, balance, known, today
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.quotes import Quote
from agent.till.refusal import Refusal

SOON_MS = 5 * 60_000
"""A sale closed this far in the future is a clock set wrong, not a sale."""


def moment(desk: Desk, sale: Sale) -> int | Refusal:
    """When the sale was closed, UTC ms; now when it does not say."""
    if sale.closed_at is None:
        return desk.clock.now_ms()
    try:
        return when.parse(sale.closed_at)
    except ValueError:
        return Refusal("bad-moment", "invalid", {"closed_at": sale.closed_at})


def whole(sale: Sale) -> Refusal | None:
    """What makes a body malformed whoever sends it: line numbers that repeat."""
    numbers = [line.n for line in sale.lines]
    if len(set(numbers)) != len(numbers):
        double = next(n for n in numbers if numbers.count(n) > 1)
        return Refusal("line-twice", "invalid", {"line": double})
    return None


def balances(
    desk: Desk, who: Who | None, at: int, *, on: Today | None = None, hold: str | None = None
) -> dict[str, Balance]:
    """A member's balance by currency of the programme in force at `at` (UTC ms); today's, unless another day is given."""
    if who is None:
        return {}
    day = on or today(desk, at)
    of = known(desk, who.member, hold=hold)
    return {currency.id: balance(desk, of, currency.id, day) for currency in desk.programme(at).currencies}


def judged(who: Who | None, held: dict[str, Balance]) -> Member | None:
    """The member as the engine sees one."""
    if who is None:
        return None
    points = {name: Points(spendable=row.spendable_here, balance=row.whole) for name, row in held.items()}
    state = who.state
    if state is None:
        return Member(id=who.member, points=points)
    return Member(
        id=who.member,
        status=_status(state.status),
        tier=state.tier,
        segments=state.segments,
        birthday=state.birthday,
        joined=state.joined,
        points=points,
        spend=state.spend,
    )


def _status(text: str) -> Status:
    if text == "active":
        return "active"
    # A status this version does not know must not let anybody spend.
    return "not_activated" if text == "not_activated" else "blocked"


def decide(desk: Desk, sale: Sale, member: Member | None, at: int) -> Decision:
    """The engine's word on a basket; a quote passes no luck."""
    return evaluate(desk.programme(at), member, sale, at)


def quote(desk: Desk, sale: Sale) -> tuple[Quote, Who | None, dict[str, Balance]] | Refusal:
    """Judge a basket and promise the outcome for `quote_life_ms`."""
    at = moment(desk, sale)
    if isinstance(at, Refusal):
        return at
    if fault := whole(sale):
        return fault
    identify.opened(desk, sale.id)
    who = identify.of_sale(desk, sale.card)
    if isinstance(who, Refusal):
        return who
    sale = with_presented(desk, sale)
    held = balances(desk, who, at)
    member = judged(who, held)
    decision = decide(desk, sale, member, at)
    now = desk.clock.now_ms()
    given = Quote(
        id="q-" + desk.ids.new(now),
        sale=sale if sale.card is None else msgspec.structs.replace(sale, card=None),
        decision=decision,
        judged=member,
        member=who.member if who else None,
        how=who.how if who else "",
        hmac=who.hmac if who else "",
        masked=who.masked if who else "",
        valid_until=now + desk.rules.quote_life_ms,
    )
    desk.quotes.put(given)
    return given, who, held


def with_presented(desk: Desk, sale: Sale) -> Sale:
    """The sale with the coupons and certificates shown here added to those it names."""
    if not desk.current.things:
        return sale
    coupons = tuple(dict.fromkeys((*sale.coupons, *desk.current.of("coupon"))))
    certificates = tuple(dict.fromkeys((*sale.certificates, *desk.current.of("certificate"))))
    return msgspec.structs.replace(sale, coupons=coupons, certificates=certificates)


def units(spent: dict[str, int]) -> dict[str, int]:
    """Points by currency as amounts by unit."""
    return {points_unit(name): points for name, points in spent.items() if points}
