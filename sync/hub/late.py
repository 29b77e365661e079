"""Late spends (I6), and what a return of one gives back. Pure.

A sale that spent beyond its rights took what was there then: parts of whatever lots were free, and the rest from the shop. What its till's record
names is not what it took. So what it took is kept, and a return takes from its end: first the shop's loss is made good, then come back the
lots that were taken beyond the rights, the last one first, then what lay within them. What is left stands as if no more had
ever been redeemed: the member pays what is there, the shop no more than what is short. However a return is cut into pieces, it ends in the same
books, and it never gives more than the sale took.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from agent.loyalty.leases import Spend
from agent.loyalty.ledger import LOSS, REDEEMED
from agent.loyalty.lots import Part
from sync.hub import rights
from sync.hub.arrivals import sale_key
from sync.hub.book import Book, Taken
from sync.hub.ground import Unapplicable
from sync.hub.postings import Mover, total
from sync.wire import ReturnBody, SaleBody, VoidBody


def spend(mover: Mover, sale: str, spends: Iterable[Spend]) -> None:
    """Book a sale's spends. `sale` is its key in the net; what it took is noted there if any of it went beyond the rights."""
    within: dict[str, list[Taken]] = {}
    beyond: dict[str, list[Taken]] = {}
    for one in spends:
        inside, over = rights.charge_spend(mover, one)
        within.setdefault(one.unit, []).extend(Taken(mover.book.member, part.lot, part.points) for part in inside)
        beyond.setdefault(one.unit, []).extend(over)
    for unit, parts in beyond.items():
        if parts:
            lost = [part for part in parts if part.lot is None]
            paid = [part for part in parts if part.lot is not None]
            mover.book.late[sale, unit] = (*within[unit], *paid, *lost)


def borne(mover: Mover, sale: str, spends: Iterable[Spend]) -> None:
    """Note that the shop bore all a sale spent: a return of it is the shop's."""
    for one in spends:
        before = mover.book.late.get((sale, one.unit), ())
        mover.book.late[sale, one.unit] = (*before, Taken(mover.book.member, None, total(one.parts)))


def loss_key(body: SaleBody | ReturnBody | VoidBody) -> str:
    """Under which a sale's told loss is noted."""
    return sale_key("loss", body.store, (body.sale.id or "") if isinstance(body, SaleBody) else body.of)


def note(mover: Mover, sale: str, loss: Mapping[str, int]) -> None:
    """Note what of a sale its till told as a loss, apart from what the hub finds. `sale` is the key under which a return looks for it."""
    for unit, points in loss.items():
        mover.book.late[sale, unit] = (Taken(mover.book.member, None, points),)


def noted(book: Book, sale: str) -> dict[str, int]:
    """What the shop still bears of a loss that a till told, by unit."""
    told = ((unit, sum(part.points for part in parts)) for (of, unit), parts in book.late.items() if of == sale)
    return {unit: points for unit, points in told if points}


def make_good(mover: Mover, sale: str, back: Mapping[str, int]) -> None:
    """What a return gives back of a loss that its till told; never more than the shop bears, and of a sale that was counted from
    another record, with its points paid, nothing.
    """
    for unit, told in sorted(noted(mover.book, sale).items()):
        points = min(told, back.get(unit, 0))
        mover.book.late[sale, unit], borne = _split(mover.book.late[sale, unit], points)
        for part in borne:
            mover.at(part.member).post(unit, part.points, source=REDEEMED, target=LOSS)


def give_back(mover: Mover, sale: str, unit: str, parts: Iterable[Part]) -> None:
    """Redeemed points of a sale come back. Raises Unapplicable where that is more than it took."""
    taken = mover.book.late.get((sale, unit))
    if taken is None:
        mover.restore(unit, parts)
        return
    kept, back = _split(taken, total(parts))
    mover.book.late[sale, unit] = kept
    for part in back:
        hand = mover.at(part.member)
        if part.lot is None:
            hand.post(unit, part.points, source=REDEEMED, target=LOSS)
        else:
            hand.put_back(unit, Part(part.lot, part.points))
    for member in sorted({part.member for part in back}):
        mover.at(member).settle(unit)


def _split(taken: tuple[Taken, ...], points: int) -> tuple[tuple[Taken, ...], tuple[Taken, ...]]:
    """What stays taken, and what comes back: `points` off the end, the last first."""
    kept, back = list(taken), []
    while points and kept:
        last = kept.pop()
        part = min(points, last.points)
        back.append(msgspec.structs.replace(last, points=part))
        points -= part
        if part < last.points:
            kept.append(msgspec.structs.replace(last, points=last.points - part))
    if points:
        raise Unapplicable("restores-too-much")
    return tuple(kept), tuple(back)
