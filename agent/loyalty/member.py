"""What the engine may know of a member: no name, no card number, only what decides."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Status = Literal["active", "not_activated", "blocked"]


class Points(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A member's points of one currency, in smallest points: what may be spent here and now, and the whole balance."""

    spendable: Annotated[int, Meta(ge=0)] = 0
    balance: Annotated[int, Meta(ge=0)] | None = None


class Member(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A member as the engine sees one; `kopilka quote --member FILE` reads the same shape.

    `birthday` is "MM-DD" (a year before it is taken and not looked at); `spend` is minor units by calendar month ("2026-10"); `visits` counts sales likewise;
    `bought` counts units by SKU or "group:x"; `used` lists the dates (YYYY-MM-DD) of sales that used a limited offer.
    """

    id: str
    status: Status = "active"
    tier: str | None = None
    segments: tuple[str, ...] = ()
    clubs: tuple[str, ...] = ()
    subscriptions: tuple[str, ...] = ()
    birthday: Annotated[str, Meta(pattern=r"^(\d{4}-)?\d\d-\d\d$(?!\n)")] | None = None
    joined: str | None = None
    """Date of joining, YYYY-MM-DD."""
    points: dict[str, Points] = {}
    spend: dict[str, int] = {}
    visits: dict[str, int] = {}
    bought: dict[str, int] = {}
    stamps: dict[str, int] = {}
    used: dict[str, tuple[str, ...]] = {}
