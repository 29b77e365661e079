"""The shape of a programme file, key by key. `docs/programme.schema.json` is made from these types.

What a text means ("5%", "16:00-18:00", "group:pizza") is read in the modules beside; keys typed `Later` are named by the design but do
not run yet, and the check says so instead of ignoring them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

MAX_OFFERS = 5_000
MAX_WORDS = 1_000
MAX_CURRENCIES = 8
MAX_TIERS = 20
MAX_MINOR = 10**12
MAX_POINTS = 10**12

Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[\w.:-]+$(?!\n)")]
Word = Annotated[str, Meta(min_length=1, max_length=100)]
Label = Annotated[str, Meta(min_length=1, max_length=100)]
Words = Word | Annotated[tuple[Word, ...], Meta(min_length=1, max_length=MAX_WORDS)]
AnyWords = Word | Annotated[tuple[Word, ...], Meta(max_length=MAX_WORDS)]
"""Words, or an empty list where the key takes something away."""
MinorInt = Annotated[int, Meta(ge=0, le=MAX_MINOR)]
PointsInt = Annotated[int, Meta(ge=0, le=MAX_POINTS)]
Money = MinorInt | Word
"""Minor units (9900), or text with all digits of the currency ("99.00")."""
PointsText = PointsInt | Word
"""Smallest points (265), or text in whole points with a point ("26.5") where the currency has a scale."""
Count = Annotated[int, Meta(ge=1, le=1_000)]
Phase = Literal["price", "line", "bundle", "basket", "coupon", "points", "tender", "accrual", "issue"]
Later = Any


class Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every table of the file: an unknown key is a fault."""


class NamesTable(Strict, frozen=True):
    """A name in two languages: one text, or the forms that go with numbers."""

    ru: Label | Annotated[tuple[Label, ...], Meta(min_length=1, max_length=3)] = ()
    en: Label | Annotated[tuple[Label, ...], Meta(min_length=1, max_length=2)] = ()


UNNAMED = NamesTable()


class Head(Strict, frozen=True):
    """[programme]"""

    id: Name
    version: Annotated[int, Meta(ge=1, le=2**31)]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
    timezone: Word = "UTC"
    effective_from: Word | None = None
    hint_within: Word = "25%"


class RedeemTable(Strict, frozen=True, rename={"as_": "as"}):
    """How points of a currency pay."""

    as_: Literal["discount", "tender"] = "discount"
    max_share: Word = "100%"
    min: PointsText = 0
    step: PointsText = 1
    exclude: AnyWords | None = None
    leave_min: Money = 0
    auth: Later = None


class EarnBase(Strict, frozen=True):
    """What earning counts on, and how it is rounded."""

    base: Literal["gross", "net_of_discounts", "net_of_points"] = "net_of_points"
    tax: Literal["included", "excluded"] = "included"
    rounding: Literal["floor", "half_up", "half_even"] = "floor"
    scope: Literal["receipt", "line"] = "receipt"


class LotsTable(Strict, frozen=True):
    """When earned points become spendable, and when they expire."""

    pending: Word = "0d"
    expires: Word = "never"


class PointsTable(Strict, frozen=True):
    """[points.X]"""

    worth: Annotated[str, Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$(?!\n)")]
    name: NamesTable = UNNAMED
    scale: Annotated[int, Meta(ge=0, le=4)] = 0
    redeem: RedeemTable | None = None
    earn: EarnBase = EarnBase()
    lots: LotsTable = LotsTable()
    exclude: AnyWords = ()


class DiscountTable(Strict, frozen=True):
    """[discount]"""

    exclude: AnyWords = ()
    rounding: Literal["floor", "half_up", "half_even"] = "half_up"


class ReachTable(Strict, frozen=True):
    """What a level asks for, in a rolling ("365d") or calendar ("year") window."""

    spend: MinorInt | None = None
    points: PointsInt | None = None
    visits: PointsInt | None = None
    balance: PointsInt | None = None
    window: Word | None = None


class BenefitsTable(Strict, frozen=True):
    """What a level gives besides offers, in words."""

    ru: Annotated[tuple[Label, ...], Meta(max_length=20)] = ()
    en: Annotated[tuple[Label, ...], Meta(max_length=20)] = ()


class TierTable(Strict, frozen=True, rename={"from_": "from"}):
    """[[tier]]"""

    id: Name
    name: NamesTable = UNNAMED
    from_: ReachTable | None = None
    keep: Word | None = None
    benefits: BenefitsTable | None = None
    this_sale: Later = None


class RangeTable(Strict, frozen=True, rename={"from_": "from"}):
    """`from` and `to` inclusive, `above` and `below` exclusive."""

    from_: Money | None = None
    to: Money | None = None
    above: Money | None = None
    below: Money | None = None


class TotalTable(RangeTable, frozen=True, rename={"from_": "from"}):
    """A range of sums, of initial amounts or of what is left."""

    of: Literal["initial", "left"] = "initial"


class LinesTable(Strict, frozen=True, rename={"except_": "except"}):
    """Which lines an offer acts on."""

    any: Words | None = None
    except_: Words | None = None
    price: Money | RangeTable | None = None
    quantity: PointsInt | Word | RangeTable | None = None


class DatesTable(Strict, frozen=True, rename={"from_": "from"}):
    """A span of days, both ends inclusive."""

    from_: Word | None = None
    to: Word | None = None


class DaysTable(Strict, frozen=True):
    """Days before and after a day."""

    before: Annotated[int, Meta(ge=0, le=180)] = 0
    after: Annotated[int, Meta(ge=0, le=180)] = 0


class TenderTable(Strict, frozen=True):
    """At least one tender of these types."""

    any: Words


class When(Strict, frozen=True):
    """The conditions of an offer; all must be met."""

    member: bool | None = None
    tier: Words | None = None
    segment: Words | None = None
    club: Words | None = None
    subscription: Words | None = None
    birthday: Annotated[int, Meta(ge=0, le=180)] | DaysTable | None = None
    new_member: Word | None = None
    lines: Words | LinesTable | None = None
    together: Words | None = None
    quantity: PointsInt | Word | RangeTable | None = None
    total: Money | TotalTable | None = None
    lines_total: Money | TotalTable | None = None
    dates: Word | DatesTable | Annotated[tuple[Word | DatesTable, ...], Meta(min_length=1, max_length=100)] | None = (
        None
    )
    weekdays: Words | None = None
    hours: Words | None = None
    tender: Words | TenderTable | None = None
    coupon: Words | None = None
    visit: Later = None
    spend: Later = None
    bought: Later = None
    partner: Later = None
    store: Later = None
    balance: Later = None


UNCONDITIONAL = When()


class PercentTable(Strict, frozen=True):
    """Percent off, with a cap."""

    off: Word
    max: Money | None = None


class AmountTable(Strict, frozen=True):
    """A sum off."""

    off: Money
    per: Literal["unit", "line", "offer"] = "offer"
    max: Money | None = None


class PriceTable(Strict, frozen=True):
    """A price instead of the line's own."""

    to: Money
    per: Literal["unit", "line", "offer"] = "unit"
    max: Money | None = None


class NthFreeTable(Strict, frozen=True):
    """Buy some, get some free."""

    buy: Count
    get: Count = 1
    pick: Literal["cheapest", "dearest"] = "cheapest"
    spread: Literal["all", "free"] = "all"


class CheapestTable(Strict, frozen=True):
    """Of so many units the cheapest is cheaper."""

    of: Annotated[int, Meta(ge=2, le=1_000)]
    off: Word = "100%"
    spread: Literal["all", "free"] = "all"


class BundleTable(Strict, frozen=True):
    """So many units for one price."""

    units: Annotated[int, Meta(ge=1, le=1_000)]
    price: Money


class EarnTable(Strict, frozen=True):
    """Points: a percent in worth, points per step, or a fixed number."""

    percent: Word | None = None
    points: PointsText | None = None
    per: Money | None = None
    above: Money | None = None
    mode: Literal["marginal", "gate"] | None = None
    currency: Name | None = None


class MultiplyTable(Strict, frozen=True):
    """A factor for what was earned."""

    by: Annotated[int, Meta(ge=1, le=100)] | Word
    currency: Name | None = None


class Then(Strict, frozen=True):
    """The reward of an offer; exactly one."""

    percent: Word | PercentTable | None = None
    amount: Money | AmountTable | None = None
    price: Money | PriceTable | None = None
    nth_free: NthFreeTable | None = None
    cheapest: CheapestTable | None = None
    bundle: BundleTable | None = None
    earn: Word | EarnTable | None = None
    multiply: Annotated[int, Meta(ge=1, le=100)] | Word | MultiplyTable | None = None
    stamps: Later = None
    issue: Later = None
    free_item: Later = None
    reward: Later = None
    tier: Later = None
    message: Later = None
    surprise: Later = None


class LimitTable(Strict, frozen=True):
    """How often, and how much."""

    per_sale: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    per_member: Later = None
    budget: Later = None


class OfferTable(Strict, frozen=True):
    """[[offer]]"""

    id: Name
    phase: Phase
    then: Then
    when: When = UNCONDITIONAL
    name: NamesTable = UNNAMED
    priority: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] = 0
    of: Literal["left", "initial"] = "left"
    group: Name | None = None
    alone: bool = False
    limit: LimitTable | None = None
    offline: Literal["lease", "deny", "allow"] | None = None
    risk: Later = None


class ProgrammeFile(Strict, frozen=True):
    """The whole file."""

    programme: Head
    points: Annotated[dict[Name, PointsTable], Meta(max_length=MAX_CURRENCIES)] = {}
    discount: DiscountTable = DiscountTable()
    tier: Annotated[tuple[TierTable, ...], Meta(max_length=MAX_TIERS)] = ()
    offer: Annotated[tuple[OfferTable, ...], Meta(max_length=MAX_OFFERS)] = ()
