"""The parts of an evaluation put together into a Decision, line by line; the sums are checked on the way."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from agent.loyalty.accrual import Harvest, Share
from agent.loyalty.bill import Bill
from agent.loyalty.decision import Decision, Earned, FiscalLine, LineResult, Refused, Trace, Why
from agent.loyalty.fiscal import Position, fiscal_lines
from agent.loyalty.money import split
from agent.loyalty.pricing import Pricing
from agent.loyalty.programme.values import Offer
from agent.loyalty.redemption import Redeemed

Numbers = dict[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the phases gave. `days` are first and last day to spend by currency, `today` the day in the programme's zone."""

    pricing: Pricing
    redeemed: Redeemed
    harvests: list[Harvest]
    days: dict[str, tuple[str, str | None]]
    today: str


def assemble(
    bill: Bill,
    outcome: Outcome,
    *,
    at: int,
    refused: tuple[Refused, ...],
    hints: tuple[Trace, ...],
    trace: tuple[Trace, ...],
) -> Decision:
    """The Decision; total - discount - redeemed == to_pay for the bill and for every line."""
    programme, redeemed = bill.programme, outcome.redeemed
    lines = _lines(bill, outcome)
    paid = sum(redeemed.worth.values())
    to_pay = sum(redeemed.left)
    left = sum(outcome.pricing.left)
    assert left - paid == to_pay, "every sum agrees with its lines"
    return Decision(
        programme=programme.id,
        version=programme.version,
        hash=programme.hash,
        at=at,
        total=bill.total,
        discount=bill.total - left,
        redeemed=paid,
        to_pay=to_pay,
        lines=lines,
        fiscal_lines=_fiscal(bill, outcome),
        earned={each.currency.id: _earned(each, outcome) for each in outcome.harvests if each.points},
        spent=redeemed.spent,
        worth=redeemed.worth,
        refused=refused,
        hints=hints,
        trace=trace,
    )


def _earned(harvest: Harvest, outcome: Outcome) -> Earned:
    first, last = outcome.days[harvest.currency.id]
    return Earned(
        points=harvest.points,
        available_from=first if first > outcome.today else None,
        expires_on=last,
        rounding=harvest.currency.rounding,
        scope="line" if harvest.currency.by_line else "receipt",
    )


def _lines(bill: Bill, outcome: Outcome) -> tuple[LineResult, ...]:
    pricing, redeemed = outcome.pricing, outcome.redeemed
    whys, free = _discount_whys(bill, pricing)
    _redeem_whys(redeemed, whys)
    earned, exact = _earned_by_line(outcome.harvests, whys)
    points = _points_by_line(redeemed, len(bill.lines))
    no_points: dict[str, int] = {}
    no_exact: dict[str, str] = {}
    return tuple(
        [
            LineResult(
                line.n,
                line.quantity,
                line.amount,
                line.amount - pricing.left[place],
                pricing.left[place] - redeemed.left[place],
                redeemed.left[place],
                earned.get(place, no_points),
                exact.get(place, no_exact),
                points.get(place, no_points),
                tuple(whys[place]),
                free.get(place, 0),
            )
            for place, line in enumerate(bill.lines)
        ]
    )


def _discount_whys(bill: Bill, pricing: Pricing) -> tuple[list[list[Why]], dict[int, int]]:
    """Why-lines of discounts by place, and how many units are free."""
    whys: list[list[Why]] = [[] for _ in bill.lines]
    free: dict[int, int] = {}
    for offer, cut in pricing.log:
        code, numbers = offer.effect.code, offer.effect.numbers()
        if cut.free:
            numbers = numbers | _named(bill, cut.free)
        for place, part in zip(cut.lines, cut.parts, strict=True):
            if part:
                whys[place].append(Why(offer.id, part, 0, {}, {}, code, numbers))
        if cut.wholly:
            for place, units in cut.free.items():
                free[place] = free.get(place, 0) + units
    return whys, free


def _named(bill: Bill, free: dict[int, int]) -> Numbers:
    """Which units are free: how many of which lines, "2x1" being one unit of line 2."""
    return {"free": sum(free.values()), "lines": ", ".join(str(bill.lines[place].n) for place in sorted(free))}


def _redeem_whys(redeemed: Redeemed, whys: list[list[Why]]) -> None:
    for currency, parts in redeemed.by_currency.items():
        for place, part in enumerate(parts):
            if part:
                whys[place].append(Why("", redeemed=part, code="redeem", numbers={"currency": currency}))


def _points_by_line(redeemed: Redeemed, count: int) -> dict[int, dict[str, int]]:
    """Whole points redeemed on each line: the sale's, by largest remainder of what they paid there."""
    points: dict[int, dict[str, int]] = {}
    for currency, parts in redeemed.by_currency.items():
        for place, part in enumerate(split(redeemed.spent[currency], parts)):
            if part:
                points.setdefault(place, {})[currency] = part
    assert all(place < count for place in points), "points lie on lines of the bill"
    return points


def _earned_by_line(
    harvests: list[Harvest], whys: list[list[Why]]
) -> tuple[dict[int, dict[str, int]], dict[int, dict[str, str]]]:
    earned: dict[int, dict[str, int]] = {}
    exact: dict[int, dict[str, str]] = {}
    for harvest in harvests:
        currency, per = harvest.currency.id, harvest.exact_per
        told: dict[int, tuple[str, Numbers]] = {}
        for place, shares in harvest.shares.items():
            first = _why(shares[0], currency, per, told)
            whys[place].append(first)
            if len(shares) == 1:
                # Nearly every line: what the offer gave is what the line got.
                points, text = shares[0].whole, first.exact[currency]
            else:
                points = sum([share.whole for share in shares])
                text = _fraction(sum([share.exact for share in shares]), per)
                whys[place] += [_why(share, currency, per, told) for share in shares[1:]]
            if points:
                earned.setdefault(place, {})[currency] = points
            exact.setdefault(place, {})[currency] = text
    return earned, exact


def _why(share: Share, currency: str, per: int, told: dict[int, tuple[str, Numbers]]) -> Why:
    offer: Offer = share.offer
    said = told.get(offer.no)
    if said is None:
        said = told[offer.no] = offer.effect.code, {**offer.effect.numbers(), "currency": currency}
    code, numbers = said
    whole = {currency: share.whole} if share.whole else {}
    return Why(offer.id, 0, 0, whole, {currency: _fraction(share.exact, per)}, code, numbers)


def _fraction(num: int, den: int) -> str:
    common = gcd(num, den)
    return f"{num // common}/{den // common}"


def _fiscal(bill: Bill, outcome: Outcome) -> tuple[FiscalLine, ...]:
    """What the registrar books: money plus what points pay as a tender; points as a discount are inside the price."""
    pays = list(outcome.redeemed.left)
    floors = list(bill.floors) if bill.floors is not None else [0] * len(pays)
    for currency, parts in outcome.redeemed.by_currency.items():
        rule = next(each.redeem for each in bill.programme.currencies if each.id == currency)
        if rule is not None and rule.tender:
            pays = [pay + part for pay, part in zip(pays, parts, strict=True)]
        elif rule is not None and rule.leave_min:
            floors = [max(low, min(rule.leave_min, pay)) for low, pay in zip(floors, pays, strict=True)]
    return fiscal_lines(
        [Position(line, bill.milli[place], pays[place], floors[place]) for place, line in enumerate(bill.lines)]
    )
