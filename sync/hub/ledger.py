"""How each kind of record changes its member's book. What raises Unapplicable leaves a half-changed book: the caller keeps a copy."""

from __future__ import annotations

from datetime import date

import msgspec

from agent.loyalty.ledger import LOSS, REDEEMED, unbalanced
from agent.loyalty.lot_rules import add_days
from agent.loyalty.lots import Lot
from sync.hub import late, moving, presenting, rights
from sync.hub.arrivals import Known, sale_key
from sync.hub.book import SHOP, Book, Profile
from sync.hub.ground import Ground, Unapplicable, day_of
from sync.hub.postings import Mover
from sync.wire import (
    CloseBody,
    EnrolBody,
    GotBody,
    MoveInBody,
    MoveOutBody,
    Record,
    ReturnBody,
    SaleBody,
    VoidBody,
    WantBody,
)

DAY_MS = 86_400_000
Fact = SaleBody | ReturnBody | VoidBody | MoveOutBody | MoveInBody
"""What posts once under an id of the caller's."""
FACTS = (SaleBody, ReturnBody, VoidBody, MoveOutBody, MoveInBody)


def check(body: Fact, ground: Ground, known: dict[str, Known]) -> None:
    """Raises Unapplicable for what no till of this store writes; `sound.check` has looked before, `known` are facts the hub has."""
    if body.store != ground.store:
        raise Unapplicable("other-store")
    moves = False
    if isinstance(body, SaleBody):
        moves = bool(body.lots or body.spends)
    elif isinstance(body, ReturnBody | VoidBody):
        moves = bool(body.restored or body.taken_back)
    elif isinstance(body, MoveInBody):
        moving.check_in(body, known)
    if unbalanced(body.postings):
        raise Unapplicable("unbalanced")
    if moves and body.member is None:
        raise Unapplicable("no-member")


def apply_sale(book: Book, record: Record, body: SaleBody, ground: Ground) -> None:
    """Earned lots are born, spends consume their leases, loss goes to the shop, debt is paid first."""
    mover = _mover(book, record, ground)
    _meet(book, ground)
    late.spend(mover, sale_key("sale", body.store, body.sale.id or ""), body.spends)
    for unit, points in sorted(body.loss.items()):
        mover.post(unit, points, source=LOSS, target=REDEEMED)
    late.note(mover, late.loss_key(body), body.loss)
    for lot in body.lots:
        mover.bear(_dated(lot, record, ground))
    for unit in sorted(book.purses):
        mover.settle(unit)


def _dated(lot: Lot, record: Record, ground: Ground) -> Lot:
    """A lot of a clock that was in doubt counts its days from when the hub heard of it: an RTC of 1970 would let it expire at once."""
    if record.clock == "trusted":
        return lot
    days = (date.fromisoformat(ground.day) - date.fromisoformat(day_of(lot.born, ground.zone))).days
    try:
        return msgspec.structs.replace(
            lot,
            born=lot.born + days * DAY_MS,
            spendable_from=add_days(lot.spendable_from, days) if lot.spendable_from else "",
            expires_on=add_days(lot.expires_on, days) if lot.expires_on else None,
        )
    except OverflowError:
        raise Unapplicable("bad-day") from None


def apply_duplicate(book: Book, record: Record, body: Fact, ground: Ground) -> None:
    """The same fact under another key posts nothing; what its till's leases gave for it goes back. A return has given nothing."""
    if isinstance(body, SaleBody | MoveOutBody):
        rights.hand_back_duplicate(_mover(book, record, ground), body.spends)


def apply_return(book: Book, record: Record, body: ReturnBody | VoidBody, ground: Ground) -> None:
    """Give back what was redeemed first, then claw back (the sale's own lots, soonest to expire, debt), then settle."""
    mover = _mover(book, record, ground)
    _meet(book, ground)
    for unit, parts in sorted(body.restored.items()):
        late.give_back(mover, sale_key("sale", body.store, body.of), unit, parts)
    late.make_good(mover, late.loss_key(body), body.loss_back)
    for unit, points in sorted(body.taken_back.items()):
        mover.claw_back(unit, body.own_lots, points)
    for unit in sorted(book.purses):
        mover.settle(unit)


def apply_move(book: Book, record: Record, body: MoveOutBody | MoveInBody, ground: Ground) -> None:
    """One half of a move between members, on its own member."""
    mover = _mover(book, record, ground)
    _meet(book, ground)
    if isinstance(body, MoveOutBody):
        moving.apply_out(mover, body)
    else:
        moving.apply_in(mover, body)


def apply_enrol(book: Book, record: Record, body: EnrolBody, ground: Ground) -> None:
    """A member's own data: the first word stands, a later record fills what is empty and adds cards."""
    book = book.heir or book
    _meet(book, ground)
    known = book.profile or Profile()
    book.profile = msgspec.structs.replace(
        known,
        name=known.name or body.name,
        masked=known.masked or body.masked,
        birthday=known.birthday or body.birthday,
        joined=known.joined or day_of(record.at, ground.zone),
    )
    book.cards.update(dict.fromkeys(body.cards, "card") | ({body.phone: "phone"} if body.phone else {}))


def apply_want(_book: Book, _record: Record, _body: WantBody, _ground: Ground) -> None:
    """A wish moves nothing; it is answered when the whole batch has been applied."""


def apply_got(book: Book, record: Record, body: GotBody, ground: Ground) -> None:
    """A grant the hub knows is its own words again; one it does not know it gave before it was restored."""
    if presenting.known(book, record, body.grant):
        return
    presenting.check(record, body.grant, ground)
    _meet(book, ground)
    presenting.present(_mover(book, record, ground), body.grant, now_ms=ground.now_ms)


def apply_close(book: Book, record: Record, body: CloseBody, ground: Ground) -> None:
    """A forgotten lease needs no end: after a fork its till tells the close again, but not the grant, which was the former one's."""
    if body.lease not in book.leases and body.reason != "withdrawn" and not ground.recovering and ground.restored():
        return
    rights.close_lease(_mover(book, record, ground), body)


def _mover(book: Book, record: Record, ground: Ground) -> Mover:
    day = ground.day
    if ground.recovering and record.clock == "trusted":
        # It was applied once before, most likely on its own day.
        day = day_of(record.at, ground.zone)
    return Mover(book, record.till, record.inc, record.seq, day, ground.recovering)


def _meet(book: Book, ground: Ground) -> None:
    """A member first met at a till exists from here on: earn at once."""
    if book.profile is None and book.member != SHOP:
        book.profile = Profile(joined=ground.day, added=ground.now_ms)
