"""The calls' bodies, queries and answers as types: they decode what comes in and make the OpenAPI document.

A sale's body is `agent.loyalty.sale.Sale`, a return's `agent.till.give_back.Return`: the use-case's own values. Answers are
described here and checked against real ones by a test.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from agent.loyalty.sale import Code, Id

Points = dict[str, int]


class Closed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A body or query that refuses unknown fields."""


class Open(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Part of an answer."""


class ScanBody(Closed, frozen=True, kw_only=True):
    """A scan the POS read itself (`data`), or a phone typed in a card's place; one of the two."""

    data: Annotated[str, Meta(min_length=1, max_length=4096)] | None = None
    symbology: Code | None = None
    phone: Annotated[str, Meta(max_length=30)] | None = None


class HoldBody(Closed, frozen=True, kw_only=True):
    """Reserve the points of a quote."""

    id: Id
    quote: Id


class SuspendBody(Closed, frozen=True, kw_only=True):
    """Park a receipt; nothing to say."""


class ShiftBody(Closed, frozen=True, kw_only=True):
    """End the shift; nothing to say."""


class PairBody(Closed, frozen=True, kw_only=True):
    """The code that `kopilka page pair` shows."""

    code: Annotated[str, Meta(max_length=40)]
    """Eight digits; spaces and dashes between them are left out."""


class ReprintBody(Closed, frozen=True, kw_only=True):
    """Print again; nothing to say."""


class HoldQuery(Closed, frozen=True, kw_only=True):
    """Which holds."""

    state: Literal["open", "captured", "released", "stale"] = "open"


class MemberQuery(Closed, frozen=True, kw_only=True):
    """One of the two."""

    card: Code | None = None
    phone: Annotated[str, Meta(max_length=30)] | None = None


class JournalQuery(Closed, frozen=True, kw_only=True):
    """From where on, and how many at most; `after` is the `next` of an earlier answer."""

    after: Annotated[int, Meta(ge=0, le=2**62)] = 0
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class ReceiptsQuery(Closed, frozen=True, kw_only=True):
    """How many of the last ones."""

    limit: Annotated[int, Meta(ge=1, le=50)] = 10


class RenderQuery(Closed, frozen=True, kw_only=True):
    """How wide: a printer's profile by name, or columns for text."""

    profile: Annotated[str, Meta(max_length=40)] | None = None
    columns: Annotated[int, Meta(ge=20, le=80)] | None = None


class LinesQuery(Closed, frozen=True, kw_only=True):
    """For a POS that prints by itself: the receipt as text of so many columns."""

    columns: Annotated[int, Meta(ge=20, le=80)] | None = None


class Health(Open, frozen=True, kw_only=True):
    """Whether the till can sell."""

    ready: bool
    version: str


class WhyAnswer(Open, frozen=True, kw_only=True):
    """What one offer did to one line, in words."""

    offer: str
    text: str = ""
    discount: int = 0
    redeemed: int = 0
    earned: Points = {}


class LineAnswer(Open, frozen=True, kw_only=True):
    """One line: amount - discount - redeemed == to_pay."""

    n: int
    amount: int
    discount: int
    redeemed: int
    to_pay: int
    earned: Points = {}
    why: list[WhyAnswer] = []
    free_units: int = 0


class FiscalAnswer(Open, frozen=True, kw_only=True):
    """A position for the fiscal registrar."""

    of: int
    quantity: str
    unit_price: int
    amount: int
    tax_rate: str | None = None


class EarnedAnswer(Open, frozen=True, kw_only=True):
    """Points of one currency this sale gives; days are ISO, in the programme's zone."""

    points: int
    available_from: str | None = None
    expires_on: str | None = None


class BalanceAnswer(Open, frozen=True, kw_only=True):
    """Smallest points. `confirmed` is the hub's word less this till's spends, `unsynced` what it does not know yet."""

    confirmed: int
    as_of: str | None
    unsynced: int
    maturing: list[dict[str, Any]]
    spendable_here: int
    locked_elsewhere: int
    expiring: list[dict[str, Any]]
    debt: int = 0


class ProgrammeAnswer(Open, frozen=True, kw_only=True):
    """The version that decided."""

    id: str
    version: int


class Worked(Open, frozen=True, kw_only=True):
    """What a quote and a sale have in common. Money in minor units, points in smallest points."""

    offline: bool
    total: int
    discount: int
    redeemed: int
    to_pay: int
    lines: list[LineAnswer]
    fiscal_lines: list[FiscalAnswer]
    earned: dict[str, EarnedAnswer]
    spent: Points
    balance: dict[str, BalanceAnswer]
    programme: ProgrammeAnswer
    member: str | None = None
    issued: list[Any] = []
    messages: list[Any] = []
    hints: list[Any] = []
    receipt_lines: dict[str, list[str]] = {}
    codes: list[Any] = []


class QuoteAnswer(Worked, frozen=True, kw_only=True):
    """What would happen, promised until `valid_until`."""

    quote: str
    valid_until: str
    refused: list[Any] = []
    trace: list[Any] = []


class SaleAnswer(Worked, frozen=True, kw_only=True):
    """What happened. `mismatch` says what of a paid sale did not fit, `loss` the points nobody had."""

    id: str
    replayed: bool
    receipt: str
    seq: int
    mark: str
    mismatch: list[str] = []
    loss: Points = {}


class ReturnAnswer(Open, frozen=True, kw_only=True):
    """What came back, cumulative with earlier returns of the sale."""

    id: str
    of: str
    replayed: bool
    money_back: int
    restored: Points
    taken_back: Points
    debt: Points
    balance: dict[str, BalanceAnswer]
    lines: list[Any]
    fiscal_lines: list[FiscalAnswer]
    full: bool
    receipt: str
    seq: int
    mark: str
    member: str | None = None
    loss_back: Points = {}
    """Of points nobody had, back to the shop."""
    receipt_lines: dict[str, list[str]] = {}


class HoldAnswer(Open, frozen=True, kw_only=True):
    """Points kept for a quote."""

    id: str
    state: str
    points: Points
    expires: str
    replayed: bool = False


class MemberAnswer(Open, frozen=True, kw_only=True):
    """A member; `known` is false for a card nobody met before."""

    member: str
    card: str
    known: bool
    name: str
    status: str
    tier: str | None
    tier_name: str
    how: str
    balance: dict[str, BalanceAnswer]


class CurrentAnswer(Open, frozen=True, kw_only=True):
    """What is presented; `ambiguous` when two members are."""

    member: MemberAnswer | None
    ambiguous: bool
    coupons: list[str]
    certificates: list[str]
    member_from: dict[str, Any] = {}


class TopUpAnswer(Open, frozen=True, kw_only=True):
    """What may be spent here after a top-up; `points` is what was asked for in all."""

    member: str
    currency: str
    points: int
    spendable_here: int
    balance: BalanceAnswer


class TopUpEnded(Open, frozen=True, kw_only=True):
    """How many top-ups were waiting and wait no longer."""

    ended: int


class ShiftAnswer(Open, frozen=True, kw_only=True):
    """The shift is over. `leases` rights were held then; they go back with the next push that is answered, within a minute."""

    ended: str
    leases: int
    online: bool


class ScanAnswer(Open, frozen=True, kw_only=True):
    """What a scan was. A card's digits are not among it."""

    kind: str
    device: str
    symbology: str | None = None
    data: str | None = None
    gtin14: str | None = None
    id: str | None = None
    member: MemberAnswer | None = None


class EnrolAnswer(Open, frozen=True, kw_only=True):
    """The member made."""

    id: str
    replayed: bool
    member: str
    card: str
    seq: int


class GiftAnswer(Open, frozen=True, kw_only=True):
    """Points given away: `to` is the member who gets them, else `cause` says who. `balance` is the giver's."""

    id: str
    replayed: bool
    member: str
    to: str | None
    cause: str
    points: int
    balance: dict[str, BalanceAnswer]
    seq: int
