"""How each kind of record changes its member's book. What raises Unapplicable leaves a half-changed book: the caller keeps a copy."""

from __future__ import annotations

from datetime import date

import msgspec

from agent.loyalty.ledger import LOSS, REDEEMED, unbalanced
from sync.hub import moving, rights
from sync.hub.arrivals import Known
from sync.hub.book import Book, Profile
from sync.hub.ground import Ground, Unapplicable, day_of, need_few, need_id, need_lot, need_points
from sync.hub.postings import Mover
from sync.wire import CloseBody, EnrolBody, MoveInBody, MoveOutBody, Record, ReturnBody, SaleBody, VoidBody, WantBody

Fact = SaleBody | ReturnBody | VoidBody | MoveOutBody | MoveInBody
"""What posts once under an id of the caller's."""
MAX_CARDS = 20
MAX_TEXT = 200


def check(body: Fact, ground: Ground, known: dict[str, Known]) -> None:
    """Raises Unapplicable for what no till of ours writes, whoever the member is; `known` are facts the hub has."""
    if body.store != ground.store:
        raise Unapplicable("other-store")
    moves = False
    if isinstance(body, SaleBody):
        _check_sale(body)
        moves = bool(body.lots or body.spends or body.loss)
    elif isinstance(body, ReturnBody | VoidBody):
        _check_return(body)
        moves = bool(body.restored or body.taken_back)
    else:
        moving.check(body, known)
    if unbalanced(body.postings):
        raise Unapplicable("unbalanced")
    if moves and body.member is None:
        raise Unapplicable("no-member")


def apply_sale(book: Book, record: Record, body: SaleBody, ground: Ground) -> None:
    """Earned lots are born, spends consume their leases, loss goes to the shop, debt is paid first."""
    mover = _mover(book, record, ground)
    _meet(book, ground)
    for spend in body.spends:
        rights.charge_spend(mover, spend)
    for unit, points in sorted(body.loss.items()):
        mover.post(unit, points, source=LOSS, target=REDEEMED)
    for lot in body.lots:
        mover.bear(lot)
    for unit in sorted(book.purses):
        mover.settle(unit)


def apply_duplicate(book: Book, record: Record, body: Fact, ground: Ground) -> None:
    """The same fact under another key posts nothing; what its till's leases gave for it goes back. A return has given nothing."""
    if isinstance(body, SaleBody | MoveOutBody):
        rights.hand_back_duplicate(_mover(book, record, ground), body.spends)


def apply_return(book: Book, record: Record, body: ReturnBody | VoidBody, ground: Ground) -> None:
    """Restore first, then claw back (the sale's own lots, soonest to expire, debt), then settle."""
    mover = _mover(book, record, ground)
    _meet(book, ground)
    for unit, parts in sorted(body.restored.items()):
        mover.restore(unit, parts)
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
    need_id(*body.cards, *([body.phone] if body.phone else []))
    if len(body.cards) > MAX_CARDS or max(len(body.name), len(body.masked)) > MAX_TEXT:
        raise Unapplicable("too-long")
    if body.birthday is not None and not _is_birthday(body.birthday):
        raise Unapplicable("bad-day")
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


def apply_want(_book: Book, _record: Record, body: WantBody, _ground: Ground) -> None:
    """A wish moves nothing; it is answered when the whole batch has been applied."""
    need_id(body.unit)


def apply_close(book: Book, record: Record, body: CloseBody, ground: Ground) -> None:
    rights.close_lease(_mover(book, record, ground), body)


def _mover(book: Book, record: Record, ground: Ground) -> Mover:
    return Mover(book, record.till, record.inc, record.seq, ground.day)


def _meet(book: Book, ground: Ground) -> None:
    """A member first met at a till exists from here on: earn at once."""
    if book.profile is None:
        book.profile = Profile(joined=ground.day, added=ground.now_ms)


def _check_sale(body: SaleBody) -> None:
    if body.sale.id is None:
        raise Unapplicable("no-sale-id")
    need_few(body.lots)
    need_few(body.spends)
    need_few(body.loss)
    rights.check(body.spends)
    need_id(*body.loss)
    need_points(*body.loss.values())
    for lot in body.lots:
        need_lot(lot)


def _check_return(body: ReturnBody | VoidBody) -> None:
    need_few(body.restored)
    need_few(body.taken_back)
    need_few(body.own_lots)
    need_id(*body.own_lots, *body.restored, *body.taken_back)
    need_points(*body.taken_back.values())
    for parts in body.restored.values():
        need_few(parts)
        need_id(*(part.lot for part in parts))
        need_points(*(part.points for part in parts))


def _is_birthday(text: str) -> bool:
    """Whether it is MM-DD in a leap year's calendar."""
    try:
        return len(text) == 5 and date.fromisoformat(f"2024-{text}").strftime("%m-%d") == text
    except ValueError:
        return False
