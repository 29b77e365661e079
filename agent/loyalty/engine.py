"""The engine: one basket, one member, one moment, one programme -> one Decision. A pure function.

The same input gives the same bytes on any machine: whole numbers only, every tie broken, no set is walked in its own order.
"""

from __future__ import annotations

from bisect import bisect_left
from zoneinfo import ZoneInfo

from agent.loyalty.accrual import Harvest, Paid, accrue
from agent.loyalty.bill import Bill
from agent.loyalty.candidates import Candidates
from agent.loyalty.decision import Decision, Refused, Trace
from agent.loyalty.discounting import Course, Discounting
from agent.loyalty.hints import hints, reach
from agent.loyalty.lot_rules import first_day, last_day
from agent.loyalty.member import Member
from agent.loyalty.outcome import Outcome, assemble
from agent.loyalty.pricing import Pricing
from agent.loyalty.programme.values import Programme
from agent.loyalty.redemption import Redeemed, redeem
from agent.loyalty.sale import Sale
from agent.loyalty.scene import Scene, local

Traces = dict[int, Trace]


def evaluate(
    programme: Programme,
    member: Member | None,
    basket: Sale,
    at: int,
    *,
    luck: bytes | None = None,
    zone: ZoneInfo | None = None,
) -> Decision:
    """What the programme does with a basket at `at` (UTC ms). `zone` is the store's, the programme's where not given.

    Raises ValueError only for a moment outside 1970 to 2200; no checked programme and no valid Sale makes it raise.
    `luck` is for surprises; a quote passes none.
    """
    del luck  # no reward of this version draws lots
    return _Evaluation(programme, member, basket, (at, zone)).decision(())


def explain(
    decision: Decision, offer: str, *, programme: Programme, inputs: tuple[Member | None, Sale, ZoneInfo | None]
) -> Trace:
    """Why one offer did or did not act, also one that could not touch the basket; from the inputs the decision was made of."""
    for trace in decision.trace:
        if trace.offer == offer:
            return trace
    found = programme.offer(offer)
    if found is None:
        return Trace(offer, "unknown-offer")
    member, basket, zone = inputs
    again = _Evaluation(programme, member, basket, (decision.at, zone)).decision((found.no,))
    return next((trace for trace in again.trace if trace.offer == offer), Trace(offer, "no-lines"))


class _Evaluation:
    """One evaluation: what it is about, and the phases in order."""

    def __init__(
        self, programme: Programme, member: Member | None, basket: Sale, when: tuple[int, ZoneInfo | None]
    ) -> None:
        at, zone = when
        self.programme = programme
        self.member = member
        self.basket = basket
        self.at = at
        self.scene = Scene(
            member,
            local(at, zone or programme.zone),
            tenders=[tender.type for tender in basket.tenders],
            coupons=basket.coupons,
        )
        self.bill = Bill(programme, basket)
        self.traces: Traces = {}

    def decision(self, also: tuple[int, ...]) -> Decision:
        """`also` are numbers of offers to look at even where the index drops them."""
        index = self.programme.index
        numbers = index.candidates(self.bill.keys, self.basket.coupons, reach(self.programme, self.bill.total))
        if also:
            numbers = sorted({*numbers, *also})
        split_at = bisect_left(numbers, self.programme.first_accrual)
        pricing = self._discounts(numbers[:split_at])
        redeemed = redeem(self.bill, self.member, dict(self.basket.redeem), left=pricing.left, room=pricing.room)
        harvests = self._accrue(numbers[split_at:], pricing, redeemed)
        return self._decide(pricing, redeemed, harvests)

    def _discounts(self, numbers: list[int]) -> Pricing:
        candidates = Candidates(self.bill, self.scene)
        ready = candidates.sift(numbers, self.traces)
        pricing = Discounting(ready).run(Course(Pricing(self.bill), self.traces))
        if self.programme.rivals and self.scene.member is not None:
            pricing = self._cheaper(numbers, pricing)
        return pricing

    def _cheaper(self, numbers: list[int], with_card: Pricing) -> Pricing:
        """A card never makes a bill dearer: where nobody would pay less, nobody's prices stand."""
        traces: Traces = {}
        ready = Candidates(self.bill, self.scene.without_member()).sift(numbers, traces)
        without = Discounting(ready).run(Course(Pricing(self.bill), traces))
        if sum(without.left) >= sum(with_card.left):
            return with_card
        for offer, cut in with_card.log:
            if traces[offer.no].code != "applied":
                traces[offer.no] = Trace(offer.id, "card-dearer", {"discount": cut.total})
        self.traces.update(traces)
        return without

    def _accrue(self, numbers: list[int], pricing: Pricing, redeemed: Redeemed) -> list[Harvest]:
        scene = self.scene
        ready = Candidates(self.bill, scene).sift(numbers, self.traces)
        if self.scene.blocked:
            for offer, _ in ready:
                self.traces[offer.no] = Trace(offer.id, "card-blocked")
            return []
        if not ready:
            return []
        harvests = accrue(self.bill, ready, _paid(self.bill, pricing, redeemed), self.traces)
        if scene.member is None:
            # Nobody's points are only told as a hint.
            for offer, _ in ready:
                if self.traces[offer.no].code == "applied":
                    self.traces[offer.no] = Trace(offer.id, "no-member")
        return harvests

    def _decide(self, pricing: Pricing, redeemed: Redeemed, harvests: list[Harvest]) -> Decision:
        programme = self.programme
        today = local(self.at, programme.zone).date().isoformat()
        days = {
            each.currency.id: (first_day(each.currency.pending, today), last_day(each.currency.expires, today))
            for each in harvests
        }
        refused = (*redeemed.refused, *self._unused_coupons(), *self._certificates())
        outcome = Outcome(
            pricing=pricing,
            redeemed=redeemed,
            harvests=[each for each in harvests if self.scene.member is not None],
            days=days,
            today=today,
        )
        would = [each for each in harvests if self.scene.member is None]
        return assemble(
            self.bill,
            outcome,
            at=self.at,
            refused=refused,
            hints=hints(programme, self.traces, would),
            trace=tuple(self.traces[no] for no in sorted(self.traces)),
        )

    def _unused_coupons(self) -> list[Refused]:
        """Coupons nobody knows, and coupons whose offers did not act, with the reason of the first."""
        refused = []
        for coupon in dict.fromkeys(self.basket.coupons):
            if coupon not in self.programme.index.coupons:
                refused.append(Refused(what=f"coupon:{coupon}", code="unknown-coupon"))
                continue
            found = [trace for trace, coupons in self._coupon_traces() if coupon in coupons]
            if not any(trace.code == "applied" for trace in found):
                code = found[0].code if found else "no-lines"
                numbers = found[0].numbers if found else {}
                refused.append(Refused(what=f"coupon:{coupon}", code=code, numbers=numbers))
        return refused

    def _coupon_traces(self) -> list[tuple[Trace, frozenset[str]]]:
        offers, contexts = self.programme.offers, self.programme.contexts
        found = []
        for no in sorted(self.traces):
            coupons = contexts[offers[no].context].coupons
            if coupons:
                found.append((self.traces[no], coupons))
        return found

    def _certificates(self) -> list[Refused]:
        return [Refused(what=f"certificate:{code}", code="not-yet") for code in self.basket.certificates]


def _paid(bill: Bill, pricing: Pricing, redeemed: Redeemed) -> Paid:
    """The three bases of accrual. Free units earn nothing on any of them: what made them free is off the gross too."""
    gross = bill.initial
    if any(cut.free and cut.wholly for _, cut in pricing.log):
        gross = list(gross)
        for _, cut in pricing.log:
            if cut.free and cut.wholly:
                for place, part in zip(cut.lines, cut.parts, strict=True):
                    gross[place] -= part
    return gross, pricing.left, redeemed.left
