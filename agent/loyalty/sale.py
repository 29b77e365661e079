"""A sale as the POS states it: lines, tenders, what is presented and what shall be redeemed. Also the body of a quote."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

MAX_LINES = 1_000
MAX_MINOR = 10**12
"""Largest amount of one line or bill in minor units; keeps every product of two of them far below 2**63."""

Minor = Annotated[int, Meta(ge=0, le=MAX_MINOR)]
Text = Annotated[str, Meta(max_length=200)]
Code = Annotated[str, Meta(max_length=80)]
Id = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[\w.:\-/]+$(?!\n)")]
Quantity = Annotated[str, Meta(max_length=12, pattern=r"^[0-9]{1,8}(\.[0-9]{1,3})?$(?!\n)")]
TaxRate = Annotated[str, Meta(max_length=6, pattern=r"^[0-9]{1,2}(\.[0-9]{1,3})?$(?!\n)")]
Currency = Annotated[str, Meta(min_length=1, max_length=40)]


class Line(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One position. `price` is per unit of `quantity`, `amount` the line's total as the POS rounds it; both minor units."""

    n: Annotated[int, Meta(ge=1, le=100_000)]
    sku: Code
    price: Minor
    amount: Minor
    name: Text = ""
    groups: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    brand: Code | None = None
    tags: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    quantity: Quantity = "1"
    tax_rate: TaxRate | None = None
    """Percent as a decimal string, "22"; None counts as 0."""
    min_price: Minor | None = None
    """Price floor per unit: discounts and redemption never take the line below ceil(min_price x quantity)."""


class Tender(Struct, frozen=True, forbid_unknown_fields=True):
    """A payment: `type` is the POS's word (cash, card, sbp, ...), `amount` in minor units."""

    type: Code
    amount: Minor


class Sale(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What `POST /v1/sales` and `POST /v1/quotes` take; only `lines` is needed for a quote.

    `redeem` is points (smallest points) per currency, or "max". `closed_at` is RFC 3339 with an offset.
    """

    lines: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=MAX_LINES)]
    id: Id | None = None
    quote: Id | None = None
    hold: Id | None = None
    receipt_no: Text | None = None
    cashier: Text | None = None
    closed_at: Annotated[str, Meta(max_length=40)] | None = None
    card: Code | None = None
    coupons: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    certificates: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    redeem: dict[Currency, Annotated[int, Meta(ge=0, le=MAX_MINOR)] | Literal["max"]] = {}
    tenders: Annotated[tuple[Tender, ...], Meta(max_length=20)] = ()
    print: bool = True
    final: bool | None = None
    """The customer has paid and left; None means: yes when `receipt_no` is set."""
