"""The `when` of an offer: what looks at the member and the moment becomes a shared Context, what looks at lines stays the offer's."""

from __future__ import annotations

from difflib import get_close_matches
from operator import attrgetter

from agent.loyalty.programme.desk import Desk
from agent.loyalty.programme.grammar import DatesTable, DaysTable, LinesTable, TenderTable, When
from agent.loyalty.programme.selecting import EVERYTHING, Selecting
from agent.loyalty.programme.values import Context
from agent.loyalty.programme.words import day, days, hours, short, weekdays

LATER = ("visit", "spend", "bought", "partner", "store", "balance")
_said = attrgetter(
    *("member", "tier", "segment", "club", "subscription", "birthday", "new_member"),
    *("dates", "weekdays", "hours", "tender", "coupon"),
)
"""What of a `when` makes its context: as one tuple, because two thousand offers are asked."""
FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"


class Contexts:
    """Equal contexts get one number; number 0 is no condition at all."""

    def __init__(self, desk: Desk, tiers: frozenset[str]) -> None:
        self.desk = desk
        self.tiers = tiers
        self.all: list[Context] = [Context()]
        self._numbers: dict[Context, int] = {self.all[0]: 0}
        self._known: dict[tuple[object, ...], int] = {_said(When()): 0}

    def number(self, when: When) -> int:
        said = _said(when)
        known = self._known.get(said)
        if known is not None:
            return known
        before = len(self.desk.faults)
        number = self._number(self._context(when))
        if len(self.desk.faults) == before:
            # What had faults is read again, so that they are told at every offer that has them.
            self._known[said] = number
        return number

    def _number(self, context: Context) -> int:
        found = self._numbers.get(context)
        if found is None:
            found = self._numbers[context] = len(self.all)
            self.all.append(context)
        return found

    def _context(self, when: When) -> Context:
        tenders, all_tenders = when.tender, True
        if isinstance(tenders, TenderTable):
            tenders, all_tenders = tenders.any, False
        return Context(
            member=when.member,
            tiers=None if when.tier is None else self._tiers(when.tier),
            segments=_words(when.segment),
            clubs=_words(when.club),
            subscriptions=_words(when.subscription),
            birthday=_around(when.birthday),
            new_days=None if when.new_member is None else self.desk.read(("when", "new_member"), days, when.new_member),
            dates=() if when.dates is None else self._dates(when.dates),
            weekdays=None if when.weekdays is None else self._weekdays(when.weekdays),
            hours=() if when.hours is None else self._hours(when.hours),
            tenders=_words(tenders),
            all_tenders=all_tenders,
            coupons=_words(when.coupon),
        )

    def _tiers(self, words: str | tuple[str, ...]) -> frozenset[str]:
        for word in listed(words):
            if word not in self.tiers:
                near = get_close_matches(word, self.tiers, n=1)
                allowed = ", ".join(sorted(self.tiers)) or "a tier needs its [[tier]]"
                self.desk.wrong(("when", "tier"), f"{short(word)} is no tier", allowed, near[0] if near else "")
        return frozenset(listed(words))

    def _dates(self, value: str | DatesTable | tuple[str | DatesTable, ...]) -> tuple[tuple[str, str], ...]:
        spans = []
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, DatesTable):
                first, last = one.from_ or FIRST_DAY, one.to or LAST_DAY
            else:
                first = last = one
            start = self.desk.read(("when", "dates"), day, first)
            end = start if last == first else self.desk.read(("when", "dates"), day, last)
            if start is None or end is None:
                continue
            if end < start:
                self.desk.wrong(("when", "dates"), "the last date is before the first", "from the earlier to the later")
            spans.append((start, end))
        return tuple(spans)

    def _weekdays(self, words: str | tuple[str, ...]) -> frozenset[int]:
        found = [self.desk.read(("when", "weekdays"), weekdays, word) for word in listed(words)]
        return frozenset().union(*(each for each in found if each is not None))

    def _hours(self, words: str | tuple[str, ...]) -> tuple[tuple[int, int], ...]:
        found = [self.desk.read(("when", "hours"), hours, word) for word in listed(words)]
        return tuple(each for each in found if each is not None)


def listed(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words


def _words(words: str | tuple[str, ...] | None) -> frozenset[str] | None:
    return None if words is None else frozenset(listed(words))


def _around(value: int | DaysTable | None) -> tuple[int, int] | None:
    if value is None:
        return None
    return (value.before, value.after) if isinstance(value, DaysTable) else (value, value)


def line_selector(when: When, selecting: Selecting) -> int:
    """The selector of the offer's lines; every line without `lines`."""
    lines = when.lines
    if lines is None:
        return EVERYTHING
    if isinstance(lines, LinesTable):
        return selecting.of_table(lines, ("when", "lines"))
    return selecting.of_words(lines, ("when", "lines"))


def together(when: When, selecting: Selecting) -> tuple[int, ...]:
    """Selectors that must each pick a line of the basket."""
    if when.together is None:
        return ()
    return tuple(selecting.of_words(word, ("when", "together")) for word in listed(when.together))
