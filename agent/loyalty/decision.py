"""What the engine decided: effects per line and offer, points exact and whole, and a trace that says why.

A Decision is a value: the journal stores it, a return reads it, the receipt prints it. Amounts are minor units, points are
smallest points of their currency, exact points are fractions written "numerator/denominator".

What there are thousands of is kept from the garbage collector (`gc=False`): these values hold texts and numbers, never a cycle.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from agent.loyalty.money import Rounding


class Why(Struct, frozen=True, omit_defaults=True, gc=False):
    """One offer's effect on one line; `text` is made from `code` and `numbers` when shown, in the asked language."""

    offer: str
    discount: int = 0
    redeemed: int = 0
    earned: dict[str, int] = {}
    exact: dict[str, str] = {}
    """Exact points before any rounding and without the whole step, by currency; what returns use."""
    code: str = ""
    numbers: dict[str, str | int] = {}


class LineResult(Struct, frozen=True, omit_defaults=True, gc=False):
    """A line's amounts: amount - discount - redeemed == to_pay, always."""

    n: int
    quantity: str
    amount: int
    discount: int
    redeemed: int
    to_pay: int
    earned: dict[str, int] = {}
    """Whole points shown on this line, by currency; their sum over lines is the sale's earned."""
    exact: dict[str, str] = {}
    points: dict[str, int] = {}
    """Points redeemed on this line, by currency (largest remainder of the sale's spent)."""
    why: tuple[Why, ...] = ()
    free_units: int = 0


class Earned(Struct, frozen=True, omit_defaults=True):
    """Points of one currency this sale gives: spendable from `available_from`, last day to spend `expires_on` (ISO dates)."""

    points: int
    available_from: str | None = None
    expires_on: str | None = None
    rounding: Rounding = "floor"
    """How the sale's exact points became whole ones; a return rounds what is kept the same way."""
    scope: Literal["receipt", "line"] = "receipt"
    """Rounded once for the receipt, or line by line."""


class Refused(Struct, frozen=True, omit_defaults=True):
    """Something asked for that was not (wholly) granted: points beyond a limit, an unknown coupon."""

    what: str
    code: str
    asked: int = 0
    granted: int = 0
    numbers: dict[str, str | int] = {}


class Trace(Struct, frozen=True, omit_defaults=True, gc=False):
    """Why one offer did (`applied`) or did not (`lacks-total`, `other-tier`, `excluded`, ...) apply; text is made when shown."""

    offer: str
    code: str
    numbers: dict[str, str | int] = {}


class FiscalLine(Struct, frozen=True, omit_defaults=True, gc=False):
    """A position as a fiscal registrar wants it: unit_price x quantity, rounded to the minor unit, equals amount."""

    of: int
    quantity: str
    unit_price: int
    amount: int
    tax_rate: str | None = None


class Decision(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The whole answer of `evaluate`. total - discount - redeemed - certificates == to_pay; sums over lines agree."""

    programme: str
    version: int
    hash: str
    """SHA-256 of the programme's canonical bytes, hex."""
    at: int
    """The moment judged for, UTC milliseconds."""
    total: int
    discount: int
    redeemed: int
    certificates: int = 0
    to_pay: int
    """What money must pay."""
    lines: tuple[LineResult, ...]
    fiscal_lines: tuple[FiscalLine, ...] = ()
    earned: dict[str, Earned] = {}
    spent: dict[str, int] = {}
    """Points redeemed, by currency."""
    worth: dict[str, int] = {}
    """Minor units those points paid, by currency."""
    refused: tuple[Refused, ...] = ()
    issued: tuple[dict[str, str | int], ...] = ()
    messages: tuple[Trace, ...] = ()
    hints: tuple[Trace, ...] = ()
    trace: tuple[Trace, ...] = ()
