"""A compiled programme: frozen values the engine runs on. Selectors, contexts and keys are meant by number.

These are Structs and not dataclasses because two thousand of them are made in a few milliseconds at every change of programme.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from agent.loyalty.mechanics.amount import AmountOff
from agent.loyalty.mechanics.bundle_price import BundlePrice
from agent.loyalty.mechanics.earn import Earn
from agent.loyalty.mechanics.fixed_price import FixedPrice
from agent.loyalty.mechanics.multiply import Multiply
from agent.loyalty.mechanics.nth_free import NthFree
from agent.loyalty.mechanics.percent import PercentOff
from agent.loyalty.plural import Names
from agent.loyalty.points import Currency

if TYPE_CHECKING:
    from agent.loyalty.sale import Line

Discount = PercentOff | AmountOff | FixedPrice | NthFree | BundlePrice
Effect = Discount | Earn | Multiply
ACCRUAL = 7
PHASES = {"price": 0, "line": 1, "bundle": 2, "basket": 3, "coupon": 4, "points": 5, "tender": 6, "accrual": ACCRUAL}
NO_NAMES = Names()


class Range(Struct, frozen=True):
    """`low <= value <= high`; `of_left` judges what is left instead of the initial amount."""

    low: int = 0
    high: int | None = None
    of_left: bool = False

    def holds(self, value: int) -> bool:
        return value >= self.low and (self.high is None or value <= self.high)


class Selector(Struct, frozen=True):
    """Picks lines: any of the keys (all lines without keys), none of the others, by price and by thousandths of quantity."""

    any: tuple[int, ...] = ()
    none: tuple[int, ...] = ()
    price: Range | None = None
    quantity: Range | None = None
    nothing: bool = False
    """Picks no line (an empty exclusion list)."""


class Context(Struct, frozen=True):
    """The conditions that look at the member, the moment, the tenders and the coupons, not at lines. Many offers share one."""

    member: bool | None = None
    tiers: frozenset[str] | None = None
    segments: frozenset[str] | None = None
    clubs: frozenset[str] | None = None
    subscriptions: frozenset[str] | None = None
    birthday: tuple[int, int] | None = None
    new_days: int | None = None
    dates: tuple[tuple[str, str], ...] = ()
    weekdays: frozenset[int] | None = None
    hours: tuple[tuple[int, int], ...] = ()
    """Minutes of the day, start inclusive, end exclusive; an end before the start runs past midnight."""
    tenders: frozenset[str] | None = None
    all_tenders: bool = True
    coupons: frozenset[str] | None = None

    @property
    def personal(self) -> bool:
        """Whether only some member, or only nobody, can meet it."""
        kinds = (self.member, self.tiers, self.segments, self.clubs, self.subscriptions, self.birthday, self.new_days)
        return any(kind is not None for kind in kinds)


class Offer(Struct, frozen=True):
    """One `[[offer]]`, in the order of phases, priority and id; `no` is its place in that order."""

    id: str
    phase: int
    effect: Effect
    context: int = 0
    selector: int = 0
    hidden: int = -1
    """The selector whose lines this offer does not see (exclusion list); -1 sees all."""
    together: tuple[int, ...] = ()
    quantity: Range | None = None
    total: Range | None = None
    lines_total: Range | None = None
    group: str | None = None
    alone: bool = False
    priority: int = 0
    names: Names = NO_NAMES
    no: int = -1


class Index(Struct, frozen=True):
    """Which offers a basket can touch: by keys of its lines, by its coupons, by its total; the rest always."""

    sku: dict[str, int]
    group: dict[str, int]
    brand: dict[str, int]
    tag: dict[str, int]
    by_key: dict[int, tuple[int, ...]]
    by_coupon: dict[str, tuple[int, ...]]
    coupons: frozenset[str]
    """Every coupon some offer asks for."""
    thresholds: tuple[int, ...]
    """Totals asked for, ascending, and beside them the offers that ask."""
    by_total: tuple[int, ...]
    always: tuple[int, ...]

    def hits(self, lines: Sequence[Line]) -> dict[int, list[int]]:
        """Places of the lines by the number of each key they carry."""
        hits: dict[int, list[int]] = {}
        sku_of, group_of, brand_of, tag_of = self.sku.get, self.group.get, self.brand.get, self.tag.get
        for place, line in enumerate(lines):
            found = [sku_of(line.sku), *[group_of(word) for word in line.groups]]
            if line.brand is not None:
                found.append(brand_of(line.brand))
            if line.tags:
                found += [tag_of(word) for word in line.tags]
            for key in found:
                if key is None:
                    continue
                places = hits.get(key)
                if places is None:
                    hits[key] = [place]
                elif places[-1] != place:
                    # A line may name a group twice.
                    places.append(place)
        return hits

    def candidates(self, hits: dict[int, list[int]], coupons: Sequence[str], reach: int) -> list[int]:
        """Numbers of the offers to look at, ascending. `reach` is the largest total asked for that is worth a look."""
        found: set[int] = set()
        by_key = self.by_key
        for key in hits:
            if key in by_key:
                found.update(by_key[key])
        for coupon in coupons:
            found.update(self.by_coupon.get(coupon, ()))
        if self.thresholds:
            found.update(self.by_total[: bisect_right(self.thresholds, reach)])
        if not found:
            return list(self.always)
        # Two sorted runs: the sort merges them.
        return sorted([*self.always, *found.difference(self.always)]) if self.always else sorted(found)


class Programme(Struct, frozen=True, kw_only=True):
    """All a till needs to price a basket. `hash` is SHA-256 of the file's canonical content."""

    id: str
    version: int
    hash: str
    currency: str
    digits: int
    """Decimal places of the money's currency."""
    zone: ZoneInfo
    effective_from_ms: int | None
    """UTC milliseconds, inclusive; None from the beginning of time."""
    hint_within_bp: int
    """A threshold is nearly reached when no more than this share of it is lacking."""
    currencies: tuple[Currency, ...]
    """By id."""
    tiers: dict[str, Names]
    offers: tuple[Offer, ...]
    first_accrual: int
    """Number of the first offer of the accrual phase."""
    contexts: tuple[Context, ...]
    selectors: tuple[Selector, ...]
    index: Index
    rivals: bool
    """Some discount can push another out (alone, group, totals of what is left, nobody-only): see the engine on dearer cards."""

    def currency_of(self, currency: str) -> Currency | None:
        return next((each for each in self.currencies if each.id == currency), None)

    def offer(self, offer: str) -> Offer | None:
        return next((each for each in self.offers if each.id == offer), None)
