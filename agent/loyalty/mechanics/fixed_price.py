"""A fixed price: the member's price on the shelf, a price for the whole line, a price for all lines together."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from agent.loyalty.bill import MILLI
from agent.loyalty.mechanics.amount import Per
from agent.loyalty.money import Rounding
from agent.loyalty.pricing import Cut, Pricing, cut_amount, cut_shares


class FixedPrice(Struct, frozen=True):
    """Brings a line down to `price` minor units; a line that is cheaper already stays as it is."""

    price: int
    per: Per
    most: int | None
    initial: bool
    rounding: Rounding

    code = "price"

    def cut(self, pricing: Pricing, lines: Sequence[int]) -> Cut:
        base = pricing.bill.initial if self.initial else pricing.left
        if self.per == "offer":
            surplus = max(0, sum(base[place] for place in lines) - self.price)
            return cut_amount(pricing, lines, surplus if self.most is None else min(surplus, self.most))
        quantities = pricing.bill.milli
        per_unit = self.per == "unit"
        shares = [
            max(0, base[place] * MILLI - self.price * (quantities[place] if per_unit else MILLI)) for place in lines
        ]
        return cut_shares(pricing, lines, shares, per=MILLI, most=self.most, rounding=self.rounding)

    def most_off(self, left: Sequence[int]) -> int:
        """No less than this can take off lines of these amounts."""
        return sum(left)

    def numbers(self) -> dict[str, str | int]:
        return {"price": self.price, "per": self.per}
