"""Positions for a fiscal registrar: price x quantity is the amount, pieces are split, a weighed line's rest moves on."""

from __future__ import annotations

from programmes import line

from agent.loyalty.bill import milli
from agent.loyalty.decision import FiscalLine
from agent.loyalty.fiscal import Position, fiscal_lines
from agent.loyalty.sale import Line


def position(stated: Line, amount: int, low: int = 0) -> Position:
    return Position(stated, milli(stated.quantity), amount, low)


def shown(*positions: Position) -> list[tuple[int, str, int, int]]:
    return [(each.of, each.quantity, each.unit_price, each.amount) for each in fiscal_lines(positions)]


def test_an_untouched_line_stays_as_the_pos_had_it() -> None:
    weighed = line(1, 12345, quantity="1.234", price=10004)
    assert shown(position(weighed, 12345)) == [(1, "1.234", 10004, 12345)]
    assert fiscal_lines([position(line(2, 100, tax_rate="22"), 90)]) == (FiscalLine(2, "1", 90, 90, "22"),)


def test_pieces_divide_or_are_split() -> None:
    six = line(1, 60000, quantity="6")
    assert shown(position(six, 54000)) == [(1, "6", 9000, 54000)]
    assert shown(position(six, 50000)) == [(1, "5", 8333, 41665), (1, "1", 8335, 8335)]
    assert shown(position(line(1, 3, quantity="3"), 1)) == [(1, "2", 0, 0), (1, "1", 1, 1)]


def test_a_weighed_line_takes_the_nearest_price_and_the_rest_moves_to_a_line_of_pieces() -> None:
    weighed, pieces = line(1, 30000, quantity="2.5", price=12000), line(2, 5000)
    # At 2.5 kg every step of the price is 2.50: 100.01 cannot be reached, 100.00 can.
    assert shown(position(weighed, 10001), position(pieces, 4000)) == [(1, "2.5", 4000, 10000), (2, "1", 4001, 4001)]


def test_the_rest_goes_to_a_discounted_line_of_the_same_tax_first() -> None:
    weighed = line(1, 30000, quantity="2.5", price=12000, tax_rate="10")
    others = [
        position(line(n, 5000, tax_rate=rate), paid)
        for n, rate, paid in ((2, "22", 4000), (3, "10", 4000), (4, "10", 5000))
    ]
    assert shown(position(weighed, 10001), *others)[1:] == [
        (2, "1", 4000, 4000),
        (3, "1", 4001, 4001),
        (4, "1", 5000, 5000),
    ]


def test_a_weighed_line_alone_is_split_at_its_whole_units() -> None:
    assert shown(position(line(1, 30000, quantity="2.5", price=12000), 10001)) == [
        (1, "2", 4000, 8000),
        (1, "0.500", 4002, 2001),
    ]


def test_no_line_goes_below_its_low_or_above_what_it_was() -> None:
    weighed = line(1, 30000, quantity="2.5", price=12000)
    full = position(line(2, 5000), 5000)
    assert [each[0] for each in shown(position(weighed, 10001), full)] == [1, 1, 2]


def test_nothing_sold_for_nothing_and_for_something() -> None:
    assert shown(position(line(1, 0, quantity="0", price=100), 0)) == [(1, "0", 100, 0)]
    assert shown(position(line(1, 5, quantity="0", price=100), 5)) == [(1, "1", 5, 5)]
