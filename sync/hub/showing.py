"""Members, tills and parked records as plain data: what `--json` prints and the tables are made of."""

from __future__ import annotations

from typing import Any

import peewee

from agent.errors import NotFound
from agent.loyalty import ids
from sync.hub.book import Book
from sync.hub.store import books, cards, flags, journal, tills


def find_member(database: peewee.Database, key: bytes, *, card: str, phone: str, member: str) -> Book:
    """A member by card, phone or id (the first that is given). Raises NotFound."""
    found: str | None = member
    try:
        if card:
            found = cards.member_of(database, ids.card_hmac(key, card))
        elif phone:
            found = cards.member_of(database, ids.phone_hmac(key, phone))
    except ValueError:
        found = None
    book = books.load(database, [found])[found] if found else None
    if book is None or book.profile is None:
        raise NotFound("member-not-found")
    return book


def named_member(database: peewee.Database, key: bytes, text: str) -> str:
    """The member named on a command line: card:NUMBER, phone:NUMBER or an id. Raises NotFound."""
    kind, mark, rest = text.partition(":")
    given = {kind: rest} if mark and kind in ("card", "phone") else {"member": text}
    return find_member(database, key, **({"card": "", "phone": "", "member": ""} | given)).member


def member_shown(book: Book) -> dict[str, Any]:
    """A member's profile, balance (posted less what is owed), what may be granted and what tills hold, by unit; lots and open leases."""
    profile = book.profile
    purses = sorted(book.purses.items())
    return {
        "member": book.member,
        "status": profile.status if profile else "unknown",
        "tier": profile.tier if profile else None,
        "name": profile.name if profile else "",
        "masked": profile.masked if profile else "",
        "balance": {unit: purse.posted - purse.owed for unit, purse in purses},
        "leased": {unit: purse.held for unit, purse in purses},
        "debt": {unit: purse.owed for unit, purse in purses},
        "lots": [
            {
                "lot": lot.id,
                "unit": unit,
                "points": lot.points,
                "left": lot.left,
                "leased": purse.leased.get(lot.id, 0),
                "spendable_from": lot.spendable_from,
                "expires_on": lot.expires_on,
            }
            for unit, purse in purses
            for lot in purse.lots.values()
        ],
        "leases": [
            {
                "lease": held.lease.grant.id,
                "till": held.lease.grant.till,
                "unit": held.lease.grant.unit,
                "style": held.lease.grant.style,
                "granted": held.lease.grant.granted,
                "spent": held.spent,
                "held": held.held,
                "state": held.state,
                "recalled": bool(held.recalled),
            }
            for held in book.leases.values()
        ],
    }


def tills_shown(database: peewee.Database) -> list[dict[str, Any]]:
    """Every till with how far it has come."""
    return [
        {
            "till": row.till.till,
            "store": row.till.store,
            "store_name": row.till.store_name,
            "state": _state(row.till),
            "incarnation": row.inc,
            "applied": row.wm,
            "last_push": row.seen or None,
            "open_leases": row.open_leases,
            "forks": row.forks,
        }
        for row in tills.fleet(database)
    ]


def _state(till: tills.Till) -> str:
    if till.revoked is not None:
        return "revoked"
    return "enrolled" if till.public_key else "invited"


def parked_shown(database: peewee.Database, limit: int) -> list[dict[str, Any]]:
    """Quarantine, oldest first; the record's own bytes as text."""
    return [
        {
            "till": row.till,
            "incarnation": row.inc,
            "seq": row.seq,
            "reason": row.reason,
            "record": row.line.decode("utf-8", "backslashreplace"),
        }
        for row in journal.parked(database, limit)
    ]


def flags_shown(database: peewee.Database, limit: int) -> list[dict[str, Any]]:
    """Flags, newest first."""
    return [
        {
            "at": at,
            "till": flag.till,
            "incarnation": flag.inc,
            "seq": flag.seq,
            "code": flag.code,
            "numbers": flag.numbers,
        }
        for flag, at in flags.listed(database, limit)
    ]
