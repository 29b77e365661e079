"""Positions as a fiscal registrar wants them: unit price x quantity, rounded to the minor unit, is the amount.

A line of pieces is split into n-1 and 1 where it must be. A weighed line takes the nearest unit price and what it is off moves to another
line; where no line can take that, the weighed line itself is split at its whole units.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from agent.loyalty.bill import MILLI, milli
from agent.loyalty.decision import FiscalLine
from agent.loyalty.money import divide
from agent.loyalty.sale import Line


class Position(Struct, frozen=True):
    """A line and what it shall cost; between `low` and `high` another line's rest may be put on it."""

    line: Line
    milli: int
    amount: int
    low: int


def fiscal_lines(positions: Sequence[Position]) -> tuple[FiscalLine, ...]:
    """Lines whose amounts sum to the positions' amounts; each keeps `unit_price x quantity == amount` after rounding."""
    amounts = [position.amount for position in positions]
    whole: set[int] = set()
    for place, position in enumerate(positions):
        if not position.milli % MILLI or _unit_price(position.milli, amounts[place]) is not None:
            continue
        nearest = _nearest(position, amounts[place])
        taker = _taker(positions, amounts, (place, amounts[place] - nearest))
        if taker is None:
            whole.add(place)
        else:
            amounts[taker] += amounts[place] - nearest
            amounts[place] = nearest
    return tuple(
        fiscal
        for place, position in enumerate(positions)
        for fiscal in _lines(position, amounts[place], at_whole=place in whole)
    )


def _unit_price(count: int, amount: int) -> int | None:
    """The unit price whose product with the quantity rounds to the amount (half up), if there is one."""
    if not count:
        return None if amount else 0
    guess = amount * MILLI // count
    for price in (guess, guess + 1):
        if divide(price * count, MILLI, "half_up") == amount:
            return price
    return None


def _nearest(position: Position, amount: int) -> int:
    """The reachable amount nearest to this one, no lower than the line may go and no higher than it was."""
    guess = amount * MILLI // position.milli
    reachable = [divide(price * position.milli, MILLI, "half_up") for price in (guess, guess + 1)]
    allowed = [each for each in reachable if position.low <= each <= position.line.amount]
    return min(allowed or reachable[:1], key=lambda each: (abs(each - amount), each))


def _taker(positions: Sequence[Position], amounts: Sequence[int], rest: tuple[int, int]) -> int | None:
    """A line of pieces that can cost so much more (or less); one already discounted first, its own tax rate first."""
    giver, more = rest
    fitting = [
        place
        for place, position in enumerate(positions)
        if place != giver
        and position.milli
        and not position.milli % MILLI
        and position.low <= amounts[place] + more <= position.line.amount
    ]
    rate = positions[giver].line.tax_rate
    return min(
        fitting,
        key=lambda place: (
            positions[place].line.tax_rate != rate,
            amounts[place] == positions[place].line.amount,
            place,
        ),
        default=None,
    )


def _lines(position: Position, amount: int, *, at_whole: bool) -> list[FiscalLine]:
    line, count = position.line, position.milli
    if count == MILLI:
        return [FiscalLine(line.n, line.quantity, amount, amount, line.tax_rate)]
    if amount == line.amount and divide(line.price * count, MILLI, "half_up") == amount:
        return [_line(line, count, line.price, amount)]
    price = _unit_price(count, amount)
    if price is not None:
        return [_line(line, count, price, amount)]
    if not count:
        # Nothing was sold for something: one position of the whole amount is the only true one.
        return [_line(line, MILLI, amount, amount)]
    first = count // MILLI * MILLI if at_whole else count - MILLI
    price = amount * MILLI // count
    part = price * first // MILLI
    rest = count - first
    last = _unit_price(rest, amount - part)
    assert last is not None, "a quantity of one unit or less reaches every amount"
    return [_line(line, first, price, part), _line(line, rest, last, amount - part)]


def _line(line: Line, quantity_milli: int, price: int, amount: int) -> FiscalLine:
    quantity = line.quantity
    if milli(quantity) != quantity_milli:
        whole, rest = divmod(quantity_milli, MILLI)
        quantity = f"{whole}.{rest:03d}" if rest else str(whole)
    return FiscalLine(of=line.n, quantity=quantity, unit_price=price, amount=amount, tax_rate=line.tax_rate)
