"""A sum off: per unit, per line, or once over all lines of the offer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from agent.loyalty.bill import MILLI
from agent.loyalty.money import Rounding
from agent.loyalty.pricing import Cut, Pricing, cut_amount, cut_shares

Per = Literal["unit", "line", "offer"]


class AmountOff(Struct, frozen=True):
    """`off` minor units; per unit it follows the quantity, of weighed goods too."""

    off: int
    per: Per
    most: int | None
    rounding: Rounding

    code = "amount"

    def cut(self, pricing: Pricing, lines: Sequence[int]) -> Cut:
        if self.per == "offer":
            return cut_amount(pricing, lines, self.off if self.most is None else min(self.off, self.most))
        quantities = pricing.bill.milli
        per_unit = self.per == "unit"
        shares = [self.off * (quantities[place] if per_unit else MILLI) for place in lines]
        return cut_shares(pricing, lines, shares, per=MILLI, most=self.most, rounding=self.rounding)

    def most_off(self, left: Sequence[int]) -> int:
        """No less than this can take off lines of these amounts."""
        return min(self.off, sum(left)) if self.per == "offer" else sum(left)

    def numbers(self) -> dict[str, str | int]:
        return {"off": self.off, "per": self.per}
