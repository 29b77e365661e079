"""Points earned: all earn offers add, then all multipliers multiply, exactly; one rounding a currency, then whole points on lines.

Everything is kept as whole numerators over one denominator a currency: no fraction is made for a line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import TypeVar, cast

from agent.loyalty.bill import Bill
from agent.loyalty.candidates import Ready
from agent.loyalty.decision import Trace
from agent.loyalty.mechanics.earn import Earn, Gain
from agent.loyalty.mechanics.multiply import Multiply
from agent.loyalty.money import divide, split
from agent.loyalty.points import Currency
from agent.loyalty.programme.values import Offer
from agent.loyalty.tax import taxless

T = TypeVar("T")
Paid = tuple[list[int], list[int], list[int]]
"""By line: initial less the discounts that made units free; left after discounts; left for money."""


class Share:
    """What one offer gave one line: `whole` points shown, and the exact points over the harvest's denominator."""

    __slots__ = ("exact", "offer", "weight", "whole")

    def __init__(self, offer: Offer, weight: int, exact: int) -> None:
        self.offer = offer
        self.weight = weight
        self.exact = exact
        self.whole = 0


class Harvest:
    """One currency's points of one sale. `shares[place]` lists what each offer gave that line."""

    __slots__ = ("currency", "exact_per", "points", "shares", "weight_per")

    def __init__(self, currency: Currency, shares: dict[int, list[Share]], weight_per: int, exact_per: int) -> None:
        self.currency = currency
        self.shares = shares
        self.weight_per = weight_per
        self.exact_per = exact_per
        self.points = _round(shares, weight_per, currency)

    def by_line(self) -> dict[int, int]:
        """Whole points of each line."""
        return {place: sum(share.whole for share in shares) for place, shares in self.shares.items()}


def accrue(bill: Bill, ready: Sequence[Ready], paid: Paid, traces: dict[int, Trace]) -> list[Harvest]:
    """Every currency that any ready offer gives, by the order of currencies."""
    by_currency: defaultdict[int, list[Ready]] = defaultdict(list)
    for offer, lines in ready:
        by_currency[cast("Earn | Multiply", offer.effect).currency].append((offer, lines))
    return [
        _Field(bill, bill.programme.currencies[place], paid).harvest(by_currency[place], traces)
        for place in sorted(by_currency)
    ]


class _Field:
    """One currency's accrual on one bill."""

    def __init__(self, bill: Bill, currency: Currency, paid: Paid) -> None:
        gross, net_of_discounts, net_of_points = paid
        self.currency = currency
        bases = {"gross": gross, "net_of_discounts": net_of_discounts, "net_of_points": net_of_points}[currency.base]
        self.bases, self.per = (bases, 1) if not currency.tax_excluded else taxless(bases, bill.lines)

    def harvest(self, ready: Sequence[Ready], traces: dict[int, Trace]) -> Harvest:
        gains = self._gains([each for each in ready if isinstance(each[0].effect, Earn)], traces)
        weight_per = lcm(*(gain.stepped_per for _, gain in gains))
        exact_per = lcm(*(gain.exact_per for _, gain in gains))
        shares: defaultdict[int, list[Share]] = defaultdict(list)
        for offer, gain in gains:
            step, exact_step = weight_per // gain.stepped_per, exact_per // gain.exact_per
            for place, num, exact in zip(gain.lines, gain.stepped, gain.exact, strict=True):
                if exact or num:
                    shares[place].append(Share(offer, num * step, exact * exact_step))
        factors = self._factors([each for each in ready if isinstance(each[0].effect, Multiply)], shares, traces)
        scale = 1
        for offer, lines in factors:
            scale *= self._multiply(shares, offer, lines)
        harvest = Harvest(self.currency, shares, weight_per * scale, exact_per * scale)
        self._tell(harvest, [offer for offer, _ in (*gains, *factors)], traces)
        return harvest

    def _gains(self, ready: Sequence[Ready], traces: dict[int, Trace]) -> list[tuple[Offer, Gain]]:
        gains = []
        for offer, lines in ready:
            effect = cast("Earn", offer.effect)
            bases = [self.bases[place] for place in lines]
            gain = effect.gain(lines, bases, self.per)
            if gain is not None and any(gain.stepped):
                gains.append((offer, gain))
                continue
            lacks = effect.lacks(bases, self.per) if gain is None and effect.above else 0
            traces[offer.no] = (
                Trace(offer.id, "below-threshold", {"above": effect.above, "lacks": lacks})
                if lacks
                else Trace(offer.id, "nothing-left")
            )
        worths = {
            offer.no: Fraction(sum(gain.stepped), gain.stepped_per) for offer, gain in gains if offer.group is not None
        }
        return _winners(gains, worths, traces) if worths else gains

    def _factors(
        self, ready: Sequence[Ready], shares: dict[int, list[Share]], traces: dict[int, Trace]
    ) -> list[tuple[Offer, list[int]]]:
        """Multipliers that have something to multiply; of a group the one that adds most."""
        factors = []
        for offer, lines in ready:
            if any(_multiplied(share) for place in lines for share in shares.get(place, ())):
                factors.append((offer, lines))
            else:
                traces[offer.no] = Trace(offer.id, "nothing-left")
        worths = {}
        for offer, lines in factors:
            if offer.group is not None:
                effect = cast("Multiply", offer.effect)
                sums = sum(share.weight for place in lines for share in shares.get(place, ()) if _multiplied(share))
                worths[offer.no] = Fraction(sums * (effect.num - effect.den), effect.den)
        return _winners(factors, worths, traces) if worths else factors

    def _multiply(self, shares: dict[int, list[Share]], offer: Offer, lines: Sequence[int]) -> int:
        """Add what the multiplier gives its lines; returns by how much every numerator grew."""
        effect = cast("Multiply", offer.effect)
        met = set(lines)
        for place, given in shares.items():
            before = [share for share in given if _multiplied(share)]
            weight, exact = sum(share.weight for share in before), sum(share.exact for share in before)
            for share in given:
                share.weight *= effect.den
                share.exact *= effect.den
            if place in met and exact:
                more = effect.num - effect.den
                given.append(Share(offer, weight * more, exact * more))
        return effect.den

    def _tell(self, harvest: Harvest, offers: Sequence[Offer], traces: dict[int, Trace]) -> None:
        given = dict.fromkeys((offer.no for offer in offers), 0)
        for shares in harvest.shares.values():
            for share in shares:
                given[share.offer.no] += share.whole
        for offer in offers:
            traces[offer.no] = Trace(offer.id, "applied", {"points": given[offer.no], "currency": self.currency.id})


def _multiplied(share: Share) -> bool:
    """Fixed points are never multiplied."""
    effect = share.offer.effect
    return not (isinstance(effect, Earn) and effect.fixed)


def _winners(
    candidates: list[tuple[Offer, T]], worths: dict[int, Fraction], traces: dict[int, Trace]
) -> list[tuple[Offer, T]]:
    """Of each group the candidate worth most, ties by order (candidates come in order); all that have no group."""
    best: dict[str, Offer] = {}
    for offer, _ in candidates:
        if offer.group is not None and (offer.group not in best or worths[offer.no] > worths[best[offer.group].no]):
            best[offer.group] = offer
    winners = []
    for offer, what in candidates:
        if offer.group is None or best[offer.group] is offer:
            winners.append((offer, what))
        else:
            traces[offer.no] = Trace(offer.id, "group-lost", {"to": best[offer.group].id})
    return winners


def _round(shares: dict[int, list[Share]], per: int, currency: Currency) -> int:
    """Whole points of the receipt, given out to lines and then to offers by largest remainder; returns their sum."""
    places = sorted(shares)
    weights = [sum([share.weight for share in shares[place]]) for place in places]
    if currency.by_line:
        wholes = [divide(weight, per, currency.rounding) for weight in weights]
    else:
        points = divide(sum(weights), per, currency.rounding)
        wholes = split(points, weights) if points else [0] * len(places)
    for place, whole in zip(places, wholes, strict=True):
        given = shares[place]
        if len(given) == 1:
            given[0].whole = whole
        elif whole:
            for share, part in zip(given, split(whole, [share.weight for share in given]), strict=True):
                share.whole = part
    return sum(wholes)
