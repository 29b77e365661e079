"""A Decision as the POS charged it: points beyond it lie on the lines too, so a return gives back no more money than was paid."""

from __future__ import annotations

import msgspec

from agent.loyalty.bill import milli
from agent.loyalty.decision import Decision, FiscalLine, LineResult, Why
from agent.loyalty.fiscal import Position, fiscal_lines
from agent.loyalty.money import split
from agent.loyalty.programme.values import Programme
from agent.loyalty.sale import Sale


def as_charged(decision: Decision, programme: Programme, sale: Sale, asked: dict[str, int]) -> Decision:
    """The Decision with as many points redeemed as the POS says, where that is more; never more than the bill can take.

    `asked` is smallest points by currency; one the programme does not know, or that is worth nothing, pays nothing.
    """
    for name in sorted(asked):
        currency = programme.currency_of(name)
        extra = asked[name] - decision.spent.get(name, 0)
        if currency is None or extra <= 0:
            continue
        extra = min(extra, currency.points_within(decision.to_pay))
        worth = currency.minor(extra)
        if extra and worth:
            decision = _more(decision, name, extra, worth)
            decision = msgspec.structs.replace(decision, fiscal_lines=_fiscal(decision, programme, sale))
    return decision


def _more(decision: Decision, name: str, extra: int, worth: int) -> Decision:
    parts = split(worth, [line.to_pay for line in decision.lines])
    points = split(extra, parts)
    return msgspec.structs.replace(
        decision,
        redeemed=decision.redeemed + worth,
        to_pay=decision.to_pay - worth,
        lines=tuple(
            _line(line, name, part, count) if part else line
            for line, part, count in zip(decision.lines, parts, points, strict=True)
        ),
        spent={**decision.spent, name: decision.spent.get(name, 0) + extra},
        worth={**decision.worth, name: decision.worth.get(name, 0) + worth},
    )


def _line(line: LineResult, name: str, part: int, count: int) -> LineResult:
    return msgspec.structs.replace(
        line,
        redeemed=line.redeemed + part,
        to_pay=line.to_pay - part,
        points={**line.points, name: line.points.get(name, 0) + count},
        why=(*line.why, Why("", redeemed=part, code="redeem", numbers={"currency": name})),
    )


def _fiscal(decision: Decision, programme: Programme, sale: Sale) -> tuple[FiscalLine, ...]:
    """Positions anew. Points that are a tender leave the price as it is; of two kinds of points the price carries both."""
    rules = [found.redeem for name in decision.spent if (found := programme.currency_of(name))]
    tender = all(rule is not None and rule.tender for rule in rules)
    return fiscal_lines(
        [
            Position(line, milli(line.quantity), result.to_pay + (result.redeemed if tender else 0), 0)
            for line, result in zip(sale.lines, decision.lines, strict=True)
        ]
    )
