"""Lots: points of one unit with one day to become spendable and one day to expire. Spent soonest to expire first."""

from __future__ import annotations

from msgspec import Struct


class Lot(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`left` of `points` is not yet spent. Dates are ISO days in the programme's zone, inclusive on both ends.

    `born` (UTC ms of the earning sale's closing) orders lots of one expiry by age; `id` breaks the last tie.
    """

    id: str
    unit: str
    points: int
    left: int
    born: int
    spendable_from: str = ""
    """First day to spend; "" means at once."""
    expires_on: str | None = None
    """Last day to spend; None never expires."""


class Part(Struct, frozen=True):
    """So many points taken from, or given back to, one lot."""

    lot: str
    points: int
