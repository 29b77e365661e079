"""Which offers can act on this basket, and of the others that could touch it, why they do not."""

from __future__ import annotations

from collections.abc import Sequence

from agent.loyalty.bill import MILLI, Bill
from agent.loyalty.decision import Trace
from agent.loyalty.pricing import Pricing
from agent.loyalty.programme.values import Offer, Range
from agent.loyalty.scene import Refusal, Scene

Ready = tuple[Offer, list[int]]
"""An offer whose conditions are met, with the places of its lines."""


class Candidates:
    """Judges offers by number; contexts are judged once each, whatever number of offers share them."""

    def __init__(self, bill: Bill, scene: Scene) -> None:
        self.bill = bill
        self.scene = scene
        self.programme = bill.programme
        self._refusals: dict[int, Refusal | None] = {0: None}

    def sift(self, numbers: Sequence[int], traces: dict[int, Trace]) -> list[Ready]:
        """The offers that are ready, in order; `traces` gets, by number, why the others are not."""
        offers, contexts = self.programme.offers, self.programme.contexts
        refusals, select = self._refusals, self.bill.select
        ready: list[Ready] = []
        for no in numbers:
            offer = offers[no]
            context = offer.context
            if context not in refusals:
                refusals[context] = self.scene.refusal(contexts[context])
            refusal = refusals[context]
            if refusal is None:
                lines = select(offer.selector, offer.hidden)
                refusal = self._of_lines(offer, lines)
                if refusal is None:
                    ready.append((offer, lines))
                    continue
            traces[no] = Trace(offer.id, refusal[0], refusal[1])
        return ready

    def _of_lines(self, offer: Offer, lines: list[int]) -> Refusal | None:
        if not lines:
            hidden = offer.hidden >= 0 and self.bill.select(offer.selector, -1)
            return ("excluded" if hidden else "no-lines"), {}
        bill = self.bill
        if offer.together and not all(bill.select(each, offer.hidden) for each in offer.together):
            return "lacks-together", {}
        if offer.quantity is not None:
            count = sum([bill.milli[place] for place in lines])
            if not offer.quantity.holds(count):
                return _outside(offer.quantity, count, "quantity")
        if offer.total is not None and not offer.total.of_left:
            total = self.total(offer)
            if not offer.total.holds(total):
                return _outside(offer.total, total, "total")
        if offer.lines_total is not None and not offer.lines_total.of_left:
            total = sum([bill.initial[place] for place in lines])
            if not offer.lines_total.holds(total):
                return _outside(offer.lines_total, total, "total")
        return None

    def total(self, offer: Offer) -> int:
        """Initial amount of every line this offer sees."""
        bill = self.bill
        return bill.total if offer.hidden < 0 else sum([bill.initial[place] for place in bill.select(0, offer.hidden)])


def left_refusal(offer: Offer, lines: Sequence[int], pricing: Pricing) -> Refusal | None:
    """Conditions on what is left, judged when the offer's turn comes."""
    bill = pricing.bill
    if offer.total is not None and offer.total.of_left:
        left = sum([pricing.left[place] for place in bill.select(0, offer.hidden)])
        if not offer.total.holds(left):
            return _outside(offer.total, left, "total")
    if offer.lines_total is not None and offer.lines_total.of_left:
        left = sum([pricing.left[place] for place in lines])
        if not offer.lines_total.holds(left):
            return _outside(offer.lines_total, left, "total")
    return None


def _outside(limits: Range, value: int, what: str) -> Refusal:
    """`lacks-x` below the range, `over-x` above it. Quantities are told in units."""
    below = value < limits.low
    bound = limits.low if below else limits.high or 0
    gap = abs(bound - value)
    if what == "quantity":
        return f"{'lacks' if below else 'over'}-quantity", {
            "need": _units(bound),
            "has": _units(value),
            "lacks" if below else "over": _units(gap),
        }
    return f"{'lacks' if below else 'over'}-total", {"need": bound, "has": value, "lacks" if below else "over": gap}


def _units(thousandths: int) -> str | int:
    whole, rest = divmod(thousandths, MILLI)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else whole
