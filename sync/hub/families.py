"""A family's pot: what its members earn is gathered in one member's book, whose card spends it.

Points go in two steps, each about one member: out of the giver's book into a row that waits, out of the row into the pot. A hub that
dies in between has them in the row, and in the account `moved`; the next run ends what was begun.
"""

from __future__ import annotations

import msgspec
import peewee

from agent.errors import Conflict, NotFound
from agent.loyalty.ledger import MOVED
from sync.hub.book import Book, copied
from sync.hub.ground import Moment
from sync.hub.leases import HUB
from sync.hub.postings import Mover
from sync.hub.store import aliases, families, feed, meta, waiting
from sync.hub.store import books as book_store
from sync.hub.store.books import Change
from sync.hub.store.families import PotMove

STEP = 200
"""Members, or parts of lots, of one transaction."""


def join(database: peewee.Database, member: str, pot: str, *, now_ms: int) -> None:
    """From now on the member's points are gathered in the pot; in the caller's transaction.

    Raises NotFound for somebody nobody met, Conflict for one who shares a pot already, is a pot, or was merged.
    """
    books = book_store.load(database, [member, pot], lock=True)
    for name in (member, pot):
        if books[name].profile is None:
            raise NotFound("member-not-found", member=name)
    taken = families.pot_of(database, member) or families.pot_of(database, pot) or families.of_pot(database, member)
    if member == pot or taken or aliases.of(database, [member, pot]):
        raise Conflict("family-refused", member=member, pot=pot)
    families.put(database, member, pot, at=now_ms)


def leave(database: peewee.Database, member: str) -> str:
    """The member keeps what is earned from now on; what the pot has stays there. Returns the pot. Raises NotFound."""
    pot = families.pot_of(database, member)
    if pot is None:
        raise NotFound("member-not-found", member=member)
    families.leave(database, member)
    return pot


def give(database: peewee.Database, now: Moment) -> int:
    """First step: take what is free out of some givers' books, in the caller's transaction; returns how many gave."""
    if waiting.recovering(database):
        # What looks free may be under a right that was not presented yet.
        return 0
    giving = families.giving(database, STEP)
    before = book_store.load(database, giving, lock=True)
    if not before:
        return 0
    after = copied(before)
    step = meta.count_up(database, "step")
    moves = [move for member, pot in giving.items() for move in _out(after[member], pot, step, now)]
    families.send(database, moves)
    _write(database, before, after, step=step, now=now)
    return len(giving)


def take(database: peewee.Database, now: Moment) -> int:
    """Second step: put what is on its way into the pots, in the caller's transaction; returns how many parts arrived."""
    moves = families.sent(database, STEP)
    if not moves:
        return 0
    names = [name for move in moves for name in (move.lot, f"{move.lot}/{move.member}")]
    before = book_store.load(database, {move.pot for move in moves}, lots=names, lock=True)
    after = copied(before)
    step = meta.count_up(database, "step")
    for move in moves:
        mover = Mover(after[move.pot], HUB, now.epoch, step, now.day)
        mover.book.purse(move.unit).inherit(move.part, 0, of=move.member)
        mover.post(move.unit, move.points, source=MOVED, target="member")
        mover.settle(move.unit)
        families.arrived(database, move)
    _write(database, before, after, step=step, now=now)
    return len(moves)


def _out(book: Book, pot: str, step: int, now: Moment) -> list[PotMove]:
    """Debts first; then every free part of a lot leaves, pending ones too, and the lot is so much smaller."""
    mover = Mover(book, HUB, now.epoch, step, now.day)
    moves = []
    for unit, purse in sorted(book.purses.items()):
        mover.settle(unit)
        for lot in purse.free():
            if not lot.left:
                continue
            whole = purse.lots[lot.id]
            purse.put([msgspec.structs.replace(whole, points=whole.points - lot.left, left=whole.left - lot.left)])
            moves.append(
                PotMove(book.member, step, unit, lot.id, pot, lot.left, lot.born, lot.spendable_from, lot.expires_on)
            )
            mover.post(unit, lot.left, source="member", target=MOVED)
    return moves


def _write(
    database: peewee.Database, before: dict[str, Book], after: dict[str, Book], *, step: int, now: Moment
) -> None:
    changed = [Change(before[name], after[name]) for name in before]
    members = book_store.save(database, changed, at=now.now_ms)
    feed.announce(database, members, feed.By(HUB, now.epoch, step))
