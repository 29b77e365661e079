"""The algebra of leases, shared by till and hub: grant, spend, close; I1 and I2 hold by construction.

A lease is the one right to spend: the hub moves points from a member's `available` to `leased`, and only the till that holds
the lease may spend them, online or not. See the design's escrow argument in docs/leases.md.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from agent.loyalty.lots import Part

Style = Literal["visit", "standing"]


class Backing(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The part of one lot that stands behind a lease; the till stops spending it after `expires_on`."""

    lot: str
    points: int
    born: int
    expires_on: str | None = None


class Grant(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the hub signs and the till journals: `granted` points of `unit`, backed by lots; `until` ends the till's own life."""

    id: str
    """H(till, incarnation, seq of the journalled want), hex."""
    till: str
    member: str
    unit: str
    granted: int
    backing: tuple[Backing, ...]
    style: Style = "visit"
    until: int = 0
    """UTC ms at which the till closes it by itself; the hub never releases by its own clock (I3)."""
    epoch: int = 0
    signature: str = ""


class Lease(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A grant in use at the till: `spent` by lot. I2: 0 <= spent <= granted, per lot too."""

    grant: Grant
    spent: tuple[Part, ...] = ()
    closed: bool = False


class Spend(Struct, frozen=True):
    """Points a record spends out of one lease, by lot."""

    lease: str
    unit: str
    parts: tuple[Part, ...]
