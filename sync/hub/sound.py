"""What can be said of a record without any book: that names are names, amounts amounts, days days, and that there are few of each.

What no till of ours writes is found here, before anything is loaded for it, so that it costs the hub one look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from agent.loyalty.leases import Spend
from sync.hub.ground import Unapplicable, need_few, need_id, need_lot, need_points
from sync.wire import (
    AnyBody,
    CloseBody,
    EnrolBody,
    GotBody,
    MoveInBody,
    MoveOutBody,
    ReturnBody,
    SaleBody,
    VoidBody,
    WantBody,
)

MAX_CARDS = 20
MAX_TEXT = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""No text column of PostgreSQL takes a NUL, no receipt the others."""


def check(body: AnyBody) -> None:
    """Raises Unapplicable for a body that makes no sense whoever the member is."""
    if isinstance(body, SaleBody):
        _sale(body)
    elif isinstance(body, ReturnBody | VoidBody):
        _return(body)
    elif isinstance(body, MoveOutBody):
        _move_out(body)
    elif isinstance(body, MoveInBody):
        _move_in(body)
    elif isinstance(body, EnrolBody):
        _enrol(body)
    elif isinstance(body, WantBody):
        need_id(body.unit)
    elif isinstance(body, CloseBody):
        need_id(body.lease, body.unit)
        need_points(body.spent, body.left)
    elif isinstance(body, GotBody):
        need_id(body.grant.id)
        need_few(body.grant.backing)


def _sale(body: SaleBody) -> None:
    if body.sale.id is None:
        raise Unapplicable("no-sale-id")
    need_id(body.content)
    for many in (body.lots, body.spends, body.loss):
        need_few(many)
    _spends(body.spends)
    need_id(*body.loss)
    need_points(*body.loss.values())
    for lot in body.lots:
        need_lot(lot)


def _spends(spends: Iterable[Spend]) -> None:
    for spend in spends:
        need_id(spend.lease, spend.unit)
        need_few(spend.parts)
        for part in spend.parts:
            need_id(part.lot)
            need_points(part.points, least=1)


def _return(body: ReturnBody | VoidBody) -> None:
    if isinstance(body, ReturnBody):
        need_id(body.content)
    for many in (body.restored, body.taken_back, body.loss_back, body.own_lots):
        need_few(many)
    need_id(*body.own_lots, *body.restored, *body.taken_back, *body.loss_back)
    need_points(*body.taken_back.values(), *body.loss_back.values())
    for parts in body.restored.values():
        need_few(parts)
        need_id(*(part.lot for part in parts))
        need_points(*(part.points for part in parts))


def _move_out(body: MoveOutBody) -> None:
    need_id(body.unit)
    need_points(body.points, least=1)
    need_few(body.spends)
    _spends(body.spends)
    if (body.to is None) != bool(body.cause) or any(spend.unit != body.unit for spend in body.spends):
        raise Unapplicable("bad-move")
    if body.to is not None:
        need_id(body.to)
    if sum(part.points for spend in body.spends for part in spend.parts) != body.points:
        raise Unapplicable("bad-points")


def _move_in(body: MoveInBody) -> None:
    need_id(body.unit, body.of)
    need_points(body.points, least=1)
    need_few(body.lots)
    for lot in body.lots:
        need_lot(lot)
        if lot.unit != body.unit:
            raise Unapplicable("bad-move")
    if sum(lot.points for lot in body.lots) != body.points:
        raise Unapplicable("bad-points")


def _enrol(body: EnrolBody) -> None:
    need_id(*body.cards, *([body.phone] if body.phone else []))
    if len(body.cards) > MAX_CARDS or max(len(body.name), len(body.masked)) > MAX_TEXT:
        raise Unapplicable("too-long")
    if _CONTROL.search(body.name + body.masked):
        raise Unapplicable("bad-text")
    if body.birthday is not None and not _is_birthday(body.birthday):
        raise Unapplicable("bad-day")


def _is_birthday(text: str) -> bool:
    """Whether it is MM-DD in a leap year's calendar."""
    try:
        return len(text) == 5 and date.fromisoformat(f"2024-{text}").strftime("%m-%d") == text
    except ValueError:
        return False
