"""What is left of each line while the discount phases run, and how an exact discount becomes whole minor units on lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.loyalty.bill import Bill
from agent.loyalty.money import Rounding, divide, split_within

if TYPE_CHECKING:
    from agent.loyalty.programme.values import Offer


class Cut:
    """One offer's discount: `parts[i]` minor units off line `lines[i]`; `free` counts whole units made free, by place."""

    __slots__ = ("free", "lines", "parts", "total", "wholly")

    def __init__(self, lines: Sequence[int], parts: Sequence[int], free: dict[int, int] | None = None) -> None:
        self.lines = lines
        self.parts = parts
        self.total = sum(parts)
        self.free = free or {}
        self.wholly = True
        """The free units are wholly free and so earn nothing (not merely cheaper)."""


class Pricing:
    """The discount phases' only changing state. `room` is what may still be taken off; it stops at the price floor."""

    __slots__ = ("bill", "closed", "left", "log", "room")

    def __init__(self, bill: Bill) -> None:
        self.bill = bill
        self.left = list(bill.initial)
        floors = bill.floors
        # Without floors both are one list, and one write serves both.
        self.room = self.left if floors is None else [left - low for left, low in zip(self.left, floors, strict=True)]
        self.closed: set[int] = set()
        """Lines an `alone` offer took."""
        self.log: list[tuple[Offer, Cut]] = []

    def copy(self) -> Pricing:
        """The same state to try something on."""
        twin = Pricing.__new__(Pricing)
        twin.bill = self.bill
        twin.left = list(self.left)
        twin.room = twin.left if self.room is self.left else list(self.room)
        twin.closed = set(self.closed)
        twin.log = list(self.log)
        return twin

    def apply(self, offer: Offer, cut: Cut) -> None:
        left, room = self.left, self.room
        for place, part in zip(cut.lines, cut.parts, strict=True):
            left[place] -= part
        if room is not left:
            for place, part in zip(cut.lines, cut.parts, strict=True):
                room[place] -= part
        self.log.append((offer, cut))

    def open(self, lines: list[int]) -> list[int]:
        """Those of the lines no `alone` offer has closed."""
        return [place for place in lines if place not in self.closed] if self.closed else lines


def cut_shares(
    pricing: Pricing, lines: Sequence[int], shares: Sequence[int], *, per: int, most: int | None, rounding: Rounding
) -> Cut:
    """A discount of exact shares `shares[i] / per` on each line: their sum rounded once, split with them as weights.

    A share above the line's room is cut there and the rest of it is lost; `most` caps the offer's whole amount.
    """
    room = pricing.room
    rooms = [room[place] for place in lines]
    weights = [
        share if share <= (limit := most_here * per) else limit for share, most_here in zip(shares, rooms, strict=True)
    ]
    amount = divide(sum(weights), per, rounding)
    if most is not None and amount > most:
        amount = most
    return Cut(lines, split_within(amount, weights, rooms))


def cut_amount(pricing: Pricing, lines: Sequence[int], amount: int) -> Cut:
    """One amount over all the lines, weighed by what is left of each; what a line cannot take moves on to the others."""
    left, room = pricing.left, pricing.room
    return Cut(lines, split_within(amount, [left[place] for place in lines], [room[place] for place in lines]))
