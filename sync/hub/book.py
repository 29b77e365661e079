"""What the hub knows of one member while a batch is applied: lots, leases, debt, cards. Pure; the store loads and writes it.

A member's account is never stored apart from its lots in memory: posted = sum of what is left in lots, leased = sum of what
open leases hold of them, balance = posted - debt - unbacked. So the sums agree by construction, and the store writes their
differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from msgspec import Struct

from agent.loyalty.leases import Lease
from agent.loyalty.ledger import Posting
from agent.loyalty.lots import Lot, Part

LeaseState = Literal["open", "unsettled", "released", "closed"]
"""`unsettled`: closed by its till, but some of what the till spent has reached the hub in no applicable record; it stays charged.
`released`: ended by a person, and the till has not said that it knows."""
OVER = ("released", "closed")
"""States that hold nothing of the member's: what is still spent out of such a lease is beyond every right."""


class Profile(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A member's own data; no number of a card or phone, only what tills may show."""

    status: str = "active"
    tier: str | None = None
    name: str = ""
    masked: str = ""
    birthday: str | None = None
    joined: str | None = None
    added: int = 0


class HubLease(Struct, frozen=True, kw_only=True):
    """A lease as the hub keeps it. granted - spent - back is what it holds of the member's lots."""

    lease: Lease
    """`lease.spent` counts every part that cannot be spent again at the till: posted, or handed back after a duplicate."""
    inc: int
    spent: int = 0
    """Posted by the till's records."""
    back: int = 0
    state: LeaseState = "open"
    recalled: int = 0
    """When its till was asked to give it back, UTC ms; 0: never."""
    at: int = 0
    """UTC ms of the grant."""

    @property
    def held(self) -> int:
        return self.lease.grant.granted - self.spent - self.back


@dataclass(slots=True)
class Purse:
    """One unit of a member."""

    lots: dict[str, Lot] = field(default_factory=dict)
    """Lots with something left and those the batch speaks of."""
    leased: dict[str, int] = field(default_factory=dict)
    lapsed: dict[str, int] = field(default_factory=dict)
    """What of a lot expired unspent and no claw-back has counted as taken yet."""
    unbacked: dict[str, int] = field(default_factory=dict)
    """What of a lot was lent to it after a restore: a till showed a right to points this hub does not have, or not yet."""
    unborn: set[str] = field(default_factory=set)
    """Lots known only from such a right; the sale that gave them has not come."""
    debt: int = 0

    def free(self) -> tuple[Lot, ...]:
        """The lots, with `left` cut to what no lease holds."""
        return tuple(
            msgspec.structs.replace(lot, left=lot.left - held) if (held := self.leased.get(lot.id, 0)) else lot
            for lot in self.lots.values()
        )

    def put(self, lots: Iterable[Lot]) -> None:
        """Lots as they stand now, leased parts in `left`."""
        self.lots.update((lot.id, lot) for lot in lots)

    def take(self, parts: Iterable[Part]) -> None:
        """Parts leave the member's lots. Raises ValueError when that would cut into what a lease holds."""
        for part in parts:
            lot = self.lots[part.lot]
            left = lot.left - part.points
            if left < self.leased.get(part.lot, 0):
                raise ValueError(f"lot {part.lot}: {part.points} points are not free")
            self.lots[part.lot] = msgspec.structs.replace(lot, left=left)

    def lease_out(self, parts: Iterable[Part]) -> None:
        """Parts go under a lease, or come out of it when negative. Raises ValueError beyond what the lot has."""
        for part in parts:
            held = self.leased.get(part.lot, 0) + part.points
            if not 0 <= held <= self.lots[part.lot].left:
                raise ValueError(f"lot {part.lot}: {held} points cannot be leased")
            self.leased[part.lot] = held

    def lend(self, lot: Lot) -> None:
        """Points that a right presented after a restore needs and this purse lacks: they count as there, and are owed."""
        known = self.lots.get(lot.id)
        if known is None:
            self.unborn.add(lot.id)
        was = known or msgspec.structs.replace(lot, points=0, left=0)
        self.lots[lot.id] = msgspec.structs.replace(was, points=was.points + lot.points, left=was.left + lot.points)
        self.unbacked[lot.id] = self.unbacked.get(lot.id, 0) + lot.points

    def pay_lent(self) -> None:
        """What became free in a lot pays first what was lent to that very lot."""
        for id_, lent in self.unbacked.items():
            lot = self.lots[id_]
            points = min(lent, lot.left - self.leased.get(id_, 0))
            if points:
                self.lots[id_] = msgspec.structs.replace(lot, points=lot.points - points, left=lot.left - points)
                self.unbacked[id_] = lent - points

    def fetch(self, heir: Purse, *, of: str) -> int:
        """What is still lent to lots of member `of` is paid by the heir's parts of these lots; returns how many points came back for it.

        A till may show a right under the former name when the rest of its lot is with the heir already.
        """
        fetched = 0
        heir.pay_lent()
        for id_ in [id_ for id_, lent in self.unbacked.items() if lent]:
            for name in (id_, other_name(id_, of)):
                lot = heir.lots.get(name)
                if lot is None or not self._same(self.lots[id_], lot):
                    continue
                points = min(self.unbacked[id_], lot.left - heir.leased.get(name, 0))
                if points:
                    heir.lots[name] = msgspec.structs.replace(lot, points=lot.points - points, left=lot.left - points)
                    self.unbacked[id_] -= points
                    self.unborn.discard(id_)
                    fetched += points
        return fetched

    def own_up(self) -> None:
        """The end of a recovery: what nobody brought is the member's debt."""
        self.debt += sum(self.unbacked.values())
        self.unbacked = dict.fromkeys(self.unbacked, 0)

    def give_up(self, free: Lot) -> tuple[Lot, int]:
        """Cut a lot down to what leases hold and what was spent of it; returns the part cut off, and how much of that lapsed.

        `free` is the lot with `left` cut to what no lease holds.
        """
        lapsed = self.lapsed.pop(free.id, 0)
        lot, size = self.lots[free.id], free.left + lapsed
        self.lots[free.id] = msgspec.structs.replace(lot, points=lot.points - size, left=lot.left - free.left)
        return msgspec.structs.replace(free, points=size), lapsed

    def inherit(self, part: Lot, lapsed: int, *, of: str) -> int:
        """Add a part of a lot of member `of` to the same lot here; returns how many points that can be used came with it.

        Where another lot has its name (imported ones are all called alike) it is named after its member too.
        """
        if part.points:
            lot = self.lots.get(part.id)
            if lot is not None and not self._same(lot, part):
                part = msgspec.structs.replace(part, id=other_name(part.id, of))
                lot = self.lots.get(part.id)
            lot = lot or msgspec.structs.replace(part, points=0, left=0)
            self.unborn.discard(part.id)
            self.lots[part.id] = msgspec.structs.replace(
                lot, points=lot.points + part.points, left=lot.left + part.left
            )
            self.lapsed[part.id] = self.lapsed.get(part.id, 0) + lapsed
        return part.left

    def _same(self, lot: Lot, other: Lot) -> bool:
        """Whether two lots of one name are one. One known from a right only is whatever its name is: a clock in doubt gives a sale that
        is told again other days than it had.
        """
        return lot.id in self.unborn or _days(lot) == _days(other)

    def copy(self) -> Purse:
        return Purse(
            dict(self.lots), dict(self.leased), dict(self.lapsed), dict(self.unbacked), set(self.unborn), self.debt
        )

    @property
    def owed(self) -> int:
        """What the member has to bring before anything of it is theirs."""
        return self.debt + sum(self.unbacked.values())

    @property
    def posted(self) -> int:
        return sum(lot.left for lot in self.lots.values())

    @property
    def held(self) -> int:
        return sum(self.leased.values())


def other_name(lot: str, member: str) -> str:
    """What a lot of a merged member is called at an heir who has another of its name."""
    return f"{lot}/{member}"


def _days(lot: Lot) -> tuple[int, str | None]:
    """What tells one lot from another of its name. A lot known from a right only says no first day: it had come."""
    return lot.born, lot.expires_on


class Taken(Struct, frozen=True, array_like=True):
    """A part of what a sale took: points of a lot of `member`, or, where `lot` is None, the shop's loss booked in that member's book."""

    member: str
    lot: str | None
    points: int


class Numbered(Struct, frozen=True):
    """A posting with the key of the record that made it; several of one record are counted up by the store."""

    till: str
    inc: int
    seq: int
    posting: Posting


SHOP = ""
"""Whose book has what a till charged with no card: the loss of it is the shop's, and nobody is met."""


@dataclass(slots=True)
class Book:
    """All the hub needs of one member; `profile` is None for one it has never met, and for the shop."""

    member: str
    profile: Profile | None = None
    cards: dict[str, str] = field(default_factory=dict)
    """Keyed HMAC -> "card" or "phone"."""
    purses: dict[str, Purse] = field(default_factory=dict)
    leases: dict[str, HubLease] = field(default_factory=dict)
    entries: list[Numbered] = field(default_factory=list)
    late: dict[tuple[str, str], tuple[Taken, ...]] = field(default_factory=dict)
    """By sale (its key in the net) and unit, what a sale took that spent beyond its rights, less what was given back; of those the
    batch speaks of."""
    floated: bool = field(default=False, compare=False)
    """A record took points from wherever they were: what else arrives, and when, changes which."""
    heir: Book | None = field(default=None, compare=False, repr=False)
    """The member this one was merged into: whatever becomes free here is theirs at once, so a merged member has nothing free."""
    kin: dict[str, Book] = field(default_factory=dict, compare=False, repr=False)
    """Books of other members that `late` names: heirs of this one, at one time or another."""

    def purse(self, unit: str) -> Purse:
        return self.purses.setdefault(unit, Purse())

    def family(self) -> list[Book]:
        """The book itself and every other that a record of its member may change."""
        found = {self.member: self} | ({self.heir.member: self.heir} if self.heir else {}) | self.kin
        return list(found.values())

    def copy(self) -> Book:
        """A Book to go back to when a record turns out not to apply; values in it are immutable, so this is cheap."""
        return Book(
            self.member,
            self.profile,
            dict(self.cards),
            {unit: purse.copy() for unit, purse in self.purses.items()},
            dict(self.leases),
            list(self.entries),
            dict(self.late),
            heir=self.heir,
            kin=self.kin,
        )

    def become(self, other: Book) -> None:
        """Take another book's content in place: whoever refers to this book sees it."""
        self.profile, self.cards, self.purses = other.profile, other.cards, other.purses
        self.leases, self.entries, self.late = other.leases, other.entries, other.late


def copied(books: Mapping[str, Book]) -> dict[str, Book]:
    """Copies of books that refer to one another as the originals do."""
    after = {member: book.copy() for member, book in books.items()}
    for book in after.values():
        if book.heir is not None:
            book.heir = after[book.heir.member]
        book.kin = {member: after[member] for member in book.kin}
    return after
