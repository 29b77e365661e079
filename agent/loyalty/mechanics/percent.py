"""Percent off lines or the basket: the fixed discount card, the sale, "everything at minus 40.00 at most"."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from agent.loyalty.money import Rounding
from agent.loyalty.pricing import Cut, Pricing, cut_shares

WHOLE_BP = 10_000
"""Basis points of a whole."""


class PercentOff(Struct, frozen=True):
    """`basis_points` of what is left (or of the initial amount), `most` minor units over the offer."""

    basis_points: int
    most: int | None
    initial: bool
    rounding: Rounding

    code = "percent"

    def cut(self, pricing: Pricing, lines: Sequence[int]) -> Cut:
        base = pricing.bill.initial if self.initial else pricing.left
        shares = [base[place] * self.basis_points for place in lines]
        return cut_shares(pricing, lines, shares, per=WHOLE_BP, most=self.most, rounding=self.rounding)

    def most_off(self, left: Sequence[int]) -> int:
        """No less than this can take off lines of these amounts, one unit of rounding a line included."""
        return sum(left) * self.basis_points // WHOLE_BP + len(left) + 1

    def numbers(self) -> dict[str, str | int]:
        return {"percent": percent_text(self.basis_points)}


def percent_text(basis_points: int) -> str:
    """1000 is "10", 750 is "7.5"."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)
