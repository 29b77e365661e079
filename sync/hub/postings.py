"""Movements of a member's points in the hub's book: every change of a lot goes through here and leaves postings that sum to zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from agent.loyalty.debt import claw_back, settle
from agent.loyalty.ledger import EXPIRED, ISSUED, LOSS, MOVED, REDEEMED, member_account, move
from agent.loyalty.lots import Lot, Part, expire, restore, spending_order, take
from sync.hub.book import Book, Numbered, Purse, Taken
from sync.hub.ground import Unapplicable


@dataclass(frozen=True, slots=True)
class Mover:
    """Moves points of one member for one record (or the hub's own step), whose key the postings carry."""

    book: Book
    till: str
    inc: int
    seq: int
    day: str
    recovering: bool = False
    """The hub came back from a backup and lacks facts: what depends on what is there waits until they have come."""

    @property
    def heir(self) -> Mover | None:
        """The same record's hand in the book of the member this one was merged into."""
        return replace(self, book=self.book.heir) if self.book.heir is not None else None

    def at(self, member: str) -> Mover:
        """The same record's hand in the book of one of the member's family."""
        (book,) = (book for book in self.book.family() if book.member == member)
        return replace(self, book=book)

    def post(self, unit: str, points: int, *, source: str, target: str) -> None:
        """Two postings; the word "member" stands for the book's account."""
        mine = member_account(self.book.member)
        ends = [mine if end == "member" else end for end in (source, target)]
        for posting in move(unit, points, source=ends[0], target=ends[1]):
            self.book.entries.append(Numbered(self.till, self.inc, self.seq, posting))

    def bear(self, lot: Lot, *, source: str = ISSUED) -> None:
        """A new lot, or one of which only rights were known. Raises Unapplicable when its id is taken."""
        purse = self.book.purse(lot.unit)
        known = purse.lots.get(lot.id)
        if known is not None:
            if lot.id not in purse.unborn:
                raise Unapplicable("lot-exists")
            purse.unborn.discard(lot.id)
            known = msgspec.structs.replace(known, points=known.points + lot.points, left=known.left + lot.left)
        purse.put([known or lot])
        self.post(lot.unit, lot.left, source=source, target="member")

    def redeem(self, unit: str, parts: Iterable[Part], *, target: str = REDEEMED) -> None:
        """Free parts of lots are spent, or go to another account."""
        parts = tuple(parts)
        self.book.purse(unit).take(parts)
        self.post(unit, total(parts), source="member", target=target)

    def redeem_beyond(self, unit: str, points: int, *, target: str = REDEEMED) -> tuple[Taken, ...]:
        """Spent beyond every right (I6): the member pays what is there, the shop bears the rest; all while nobody knows what is there.

        Returns what was taken, the shop's part last.
        """
        if heir := self.heir:
            return heir.redeem_beyond(unit, points, target=target)
        self.book.floated |= points > 0
        free = () if self.recovering else self.book.purse(unit).free()
        parts, short = take(free, points, self.day)
        self.redeem(unit, parts, target=target)
        self.post(unit, short, source=LOSS, target=target)
        taken = [Taken(self.book.member, part.lot, part.points) for part in parts]
        return (*taken, Taken(self.book.member, None, short)) if short else tuple(taken)

    def restore(self, unit: str, parts: Iterable[Part]) -> None:
        """Redeemed parts go back to their own lots. Raises Unapplicable where a lot is unknown or has no such room."""
        purse = self.book.purse(unit)
        parts = tuple(parts)
        room = tuple(_room(lot, purse) for lot in purse.lots.values())
        after, over = restore(room, parts)
        if over:
            raise Unapplicable("unknown-lot" if over[0].lot not in purse.lots else "restores-too-much")
        back = {lot.id: lot.left for lot in after}
        purse.put(_with_left(lot, back[lot.id]) for lot in tuple(purse.lots.values()) if lot.left != back[lot.id])
        self.post(unit, total(parts), source=REDEEMED, target="member")
        purse.pay_lent()
        self.hand_on(unit)

    def put_back(self, unit: str, part: Part) -> None:
        """What a late spend took goes back to its lot. Where a correction gave that room to a lease, it was taken as a debt or
        from other lots: it goes back there. Raises Unapplicable where nothing was taken.
        """
        purse, rest = self.book.purse(unit), part.points
        own = [lot for lot in purse.lots.values() if lot.id == part.lot]
        others = sorted((lot for lot in purse.lots.values() if lot.id != part.lot), key=spending_order, reverse=True)
        back, rest = _fill(own, rest, purse)
        owed = min(rest, purse.debt)
        purse.debt -= owed
        self.post(unit, owed, source=REDEEMED, target="member")
        more, rest = _fill(others, rest - owed, purse)
        if rest:
            raise Unapplicable("restores-too-much")
        self.restore(unit, [*back, *more])

    def claw_back(self, unit: str, own_lots: Iterable[str], points: int) -> None:
        """Take earned points back: own lots, then soonest to expire of what is free, the rest is debt."""
        if heir := self.heir:
            heir.claw_back(unit, own_lots, points)
            return
        self.book.floated |= points > 0
        purse = self.book.purse(unit)
        own = [lot for lot in own_lots if lot in purse.lots]
        lapsed = sum(purse.lapsed.get(lot, 0) for lot in own)
        taken = claw_back(purse.free(), own, points, self.day, lapsed=lapsed)
        purse.take(taken.parts)
        purse.debt += taken.debt
        self._count_lapsed(purse, own, taken.lapsed)
        self.post(unit, total(taken.parts) + taken.debt, source="member", target=ISSUED)
        self.post(unit, taken.lapsed, source=EXPIRED, target=ISSUED)

    def _count_lapsed(self, purse: Purse, own: list[str], points: int) -> None:
        for lot in own:
            part = min(points, purse.lapsed.get(lot, 0))
            if part:
                purse.lapsed[lot] -= part
                points -= part

    def settle(self, unit: str) -> None:
        """Book what expired and pay debt from what can be spent; run after anything that frees points, and on a new day.

        While recovering only what was lent is paid: a lot that looks free may be under a right that was not presented yet.
        """
        if heir := self.heir:
            self.hand_on(unit)
            heir.settle(unit)
            return
        purse = self.book.purse(unit)
        purse.pay_lent()
        if self.recovering:
            return
        gone = expire(purse.free(), self.day)
        purse.take(gone)
        for part in gone:
            purse.lapsed[part.lot] = purse.lapsed.get(part.lot, 0) + part.points
        self.post(unit, total(gone), source="member", target=EXPIRED)
        if purse.debt:
            parts, purse.debt = settle(purse.debt, purse.free(), self.day)
            purse.take(parts)

    def hand_on(self, unit: str) -> None:
        """A merged member's free points and debt become the heir's; lots keep their ids and days. Nothing for any other member.

        What was lent to a lot that is with the heir by now comes back first.
        """
        heir = self.heir
        if heir is None:
            return
        mine, theirs = self.book.purse(unit), heir.book.purse(unit)
        mine.pay_lent()
        fetched = mine.fetch(theirs, of=self.book.member)
        heir.post(unit, fetched, source="member", target=MOVED)
        self.post(unit, fetched, source=MOVED, target="member")
        moved = sum(theirs.inherit(*mine.give_up(lot), of=self.book.member) for lot in mine.free())
        self.post(unit, moved, source="member", target=MOVED)
        heir.post(unit, moved, source=MOVED, target="member")
        debt, mine.debt = mine.debt, 0
        theirs.debt += debt
        self.post(unit, debt, source=MOVED, target="member")
        heir.post(unit, debt, source="member", target=MOVED)


def total(parts: Iterable[Part]) -> int:
    return sum(part.points for part in parts)


def _fill(lots: Iterable[Lot], points: int, purse: Purse) -> tuple[list[Part], int]:
    """Parts of lots in which something is missing, first to last, and what found no room."""
    parts = []
    for lot in lots:
        room = _room(lot, purse)
        part = min(points, room.points - room.left)
        if part:
            parts.append(Part(lot.id, part))
            points -= part
    return parts, points


def _room(lot: Lot, purse: Purse) -> Lot:
    """The lot as `restore` may fill it: what lapsed is no room, it was lost, not spent."""
    lapsed = purse.lapsed.get(lot.id, 0)
    return Lot(id=lot.id, unit=lot.unit, points=lot.points - lapsed, left=lot.left, born=lot.born) if lapsed else lot


def _with_left(lot: Lot, left: int) -> Lot:
    return msgspec.structs.replace(lot, left=left)
