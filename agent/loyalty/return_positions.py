"""Fiscal positions of what is returned: unit price x quantity, rounded to the minor unit, is the position's amount, always."""

from __future__ import annotations

from fractions import Fraction

from agent.loyalty.decision import FiscalLine
from agent.loyalty.money import rounded

_PLACES = 1000


def quantity_text(value: Fraction) -> str:
    """A quantity with at most three places, rounded down."""
    thousandths = value.numerator * _PLACES // value.denominator
    return f"{thousandths // _PLACES}.{thousandths % _PLACES:03}".rstrip("0").rstrip(".")


def positions(of: int, quantity: Fraction, amount: int, tax_rate: str | None) -> tuple[FiscalLine, ...]:
    """`amount` minor units for `quantity` of line `of`, in one position or two.

    A quantity finer than a thousandth (part of a sum was returned) becomes one piece. Pieces that share unevenly are split into
    n-1 and 1, a weight above 1 into its whole and its broken part: below 1 every amount has a price.
    """
    if quantity <= 0 or (quantity * _PLACES).denominator != 1:
        quantity = Fraction(1)
    price = rounded(amount / quantity, "half_up")
    if rounded(price * quantity, "half_up") == amount:
        return (_position(of, quantity, price, amount, tax_rate=tax_rate),)
    rest = quantity - quantity.numerator // quantity.denominator or Fraction(1)
    many = quantity - rest
    price = (amount * quantity.denominator) // quantity.numerator
    first = rounded(price * many, "half_up")
    return (
        _position(of, many, price, first, tax_rate=tax_rate),
        _position(of, rest, rounded((amount - first) / rest, "half_up"), amount - first, tax_rate=tax_rate),
    )


def _position(of: int, quantity: Fraction, price: int, amount: int, *, tax_rate: str | None) -> FiscalLine:
    return FiscalLine(of, quantity_text(quantity), price, amount, tax_rate)
