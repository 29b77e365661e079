"""The discount phases: offers one after another on what is left, groups of which one wins, and offers that stand alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from typing import cast

from agent.loyalty.candidates import Ready, left_refusal
from agent.loyalty.decision import Trace
from agent.loyalty.pricing import Cut, Pricing
from agent.loyalty.programme.values import Discount, Offer

MAX_REHEARSED = 500_000
"""How many lines of offers (each offer counts its lines) the rest of the phases may be tried out on for `alone` offers in one
evaluation. Beyond it such an offer simply stands: a count, not a clock, so that every machine decides the same."""

GroupKey = tuple[int, str]


class Course:
    """How far one run through the phases has come: the offers left out and the groups already decided."""

    __slots__ = ("banned", "decided", "focus", "pricing", "traces")

    def __init__(self, pricing: Pricing, traces: dict[int, Trace] | None = None) -> None:
        self.pricing = pricing
        self.banned: frozenset[int] = frozenset()
        self.decided: set[GroupKey] = set()
        self.focus: frozenset[int] | None = None
        """In a rehearsal: the lines in question. An `alone` offer that meets none of them is not rehearsed again."""
        self.traces = traces

    def without(self, spot: int, group: GroupKey | None, lines: frozenset[int]) -> Course:
        """The same course as if one offer were not there."""
        twin = Course(self.pricing.copy())
        twin.banned = self.banned | {spot}
        twin.decided = self.decided - {group} if group else set(self.decided)
        twin.focus = lines if self.focus is None else self.focus & lines
        return twin

    def tell(self, offer: Offer, code: str, numbers: dict[str, str | int] | None = None) -> None:
        if self.traces is not None:
            self.traces[offer.no] = Trace(offer.id, code, numbers or {})


class Discounting:
    """Runs ready offers of the discount phases, which are in order, over a pricing."""

    def __init__(self, ready: Sequence[Ready]) -> None:
        self.ready = ready
        self.groups: defaultdict[GroupKey, list[int]] = defaultdict(list)
        for spot, (offer, _) in enumerate(ready):
            if offer.group is not None:
                self.groups[offer.phase, offer.group].append(spot)
        self._spare = MAX_REHEARSED
        self._work = list(accumulate((len(lines) for _, lines in reversed(ready)), initial=0))
        """Lines of offers from the end: what a rehearsal of the last n offers costs."""

    def run(self, course: Course, start: int = 0) -> Pricing:
        """Every offer from place `start` on; the pricing of the course is changed and returned."""
        for spot in range(start, len(self.ready)):
            offer, lines = self.ready[spot]
            if offer.group is not None:
                self._group(course, spot, (offer.phase, offer.group))
            elif spot not in course.banned:
                cut = self._cut(course, offer, lines)
                if cut is not None and (not offer.alone or self._stands(course, spot, cut, None)):
                    self._take(course, offer, cut)
        return course.pricing

    def _cut(self, course: Course, offer: Offer, lines: list[int]) -> Cut | None:
        """What the offer would take off now, or None and a trace."""
        pricing = course.pricing
        refusal = left_refusal(offer, lines, pricing)
        if refusal is not None:
            course.tell(offer, *refusal)
            return None
        if pricing.closed:
            lines = pricing.open(lines)
        if offer.alone:
            initial, left = pricing.bill.initial, pricing.left
            lines = [place for place in lines if left[place] == initial[place]]
        cut = discount_of(offer).cut(pricing, lines) if lines else None
        if cut is None or not cut.total:
            course.tell(offer, "nothing-left" if lines else "closed")
            return None
        return cut

    def _take(self, course: Course, offer: Offer, cut: Cut) -> None:
        course.pricing.apply(offer, cut)
        if offer.alone:
            course.pricing.closed.update(cut.lines)
        if course.traces is not None:
            course.traces[offer.no] = Trace(offer.id, "applied", {"discount": cut.total})

    def _group(self, course: Course, spot: int, key: GroupKey) -> None:
        """Decided where its first member stands: the one that takes most off, ties by order."""
        if key in course.decided:
            return
        course.decided.add(key)
        cuts = []
        for member in self.groups[key]:
            if member not in course.banned:
                cut = self._cut(course, *self.ready[member])
                if cut is not None:
                    cuts.append((member, cut))
        cuts.sort(key=lambda pair: -pair[1].total)
        winner = None
        for member, cut in cuts:
            offer = self.ready[member][0]
            if winner is not None:
                course.tell(offer, "group-lost", {"to": winner, "discount": cut.total})
            elif not offer.alone or self._stands(course, member, cut, (spot, key)):
                winner = offer.id
                self._take(course, offer, cut)

    def _stands(self, course: Course, spot: int, cut: Cut, group: tuple[int, GroupKey] | None) -> bool:
        """Whether an `alone` offer gives its lines at least what the rest of the phases without it would."""
        lines = frozenset(cut.lines)
        if course.focus is not None and not lines & course.focus:
            return True
        start, key = group or (spot + 1, None)
        work = self._work[len(self.ready) - start]
        if work > self._spare or not self._could_beat(cut.total, lines, (start, spot), course):
            return True
        self._spare -= work
        twin = course.without(spot, key, lines)
        before = sum(course.pricing.left[place] for place in lines)
        after = self.run(twin, start).left
        without = before - sum(after[place] for place in lines)
        if cut.total < without:
            course.tell(self.ready[spot][0], "alone-worse", {"discount": cut.total, "without": without})
        return cut.total >= without

    def _could_beat(self, total: int, lines: frozenset[int], spots: tuple[int, int], course: Course) -> bool:
        """Whether all offers from the first spot on, but the second's, might take more off these lines; spares rehearsals."""
        bound = 0
        left = course.pricing.left
        start, spot = spots
        for place in range(start, len(self.ready)):
            if place == spot or place in course.banned:
                continue
            offer, theirs = self.ready[place]
            met = [each for each in theirs if each in lines]
            if met:
                bound += discount_of(offer).most_off([left[each] for each in met])
                if bound > total:
                    return True
        return False


def discount_of(offer: Offer) -> Discount:
    """The effect of an offer of the discount phases; `check` lets no other effect into them."""
    return cast("Discount", offer.effect)
