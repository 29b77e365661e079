"""Points that go from one member to another, or to a cause: two records with one id, each about one member.

The giver's half is a spend out of the till's lease; the receiver's half bears the same points in lots with their old days. So each
applies on its own member alone, and what lies between the two is the account `moved`.
"""

from __future__ import annotations

import hashlib

from agent.loyalty.ledger import DONATED, MOVED
from sync.hub import rights
from sync.hub.arrivals import Known, sale_key
from sync.hub.ground import Unapplicable, need_few, need_id, need_lot, need_points
from sync.hub.postings import Mover, total
from sync.wire import MoveInBody, MoveOutBody, encode


def net_key(body: MoveOutBody | MoveInBody) -> tuple[str, str]:
    """Where the net finds this half again, and what both halves of one move say alike."""
    if isinstance(body, MoveOutBody):
        kind, ends = "move_out", (body.member, body.to, body.cause)
    else:
        kind, ends = "move_in", (body.of, body.member, "")
    content = hashlib.sha256(encode((body.id, *ends, body.unit, body.points))).hexdigest()
    return sale_key(kind, body.store, body.id), content


def other_key(body: MoveInBody) -> str:
    """Where the net finds the giver's half."""
    return sale_key("move_out", body.store, body.id)


def check(body: MoveOutBody | MoveInBody, known: dict[str, Known]) -> None:
    """Raises Unapplicable for what no till of ours writes: points that do not add up, a second half without its first."""
    need_id(body.unit)
    need_points(body.points, least=1)
    if isinstance(body, MoveOutBody):
        _check_out(body)
    else:
        _check_in(body, known)


def _check_out(body: MoveOutBody) -> None:
    need_few(body.spends)
    rights.check(body.spends)
    if (body.to is None) != bool(body.cause):
        raise Unapplicable("bad-move")
    if body.to is not None:
        need_id(body.to)
    if any(spend.unit != body.unit for spend in body.spends):
        raise Unapplicable("bad-move")
    if sum(total(spend.parts) for spend in body.spends) != body.points:
        raise Unapplicable("bad-points")


def _check_in(body: MoveInBody, known: dict[str, Known]) -> None:
    need_few(body.lots)
    need_id(body.of)
    for lot in body.lots:
        need_lot(lot)
        if lot.unit != body.unit:
            raise Unapplicable("bad-move")
    if sum(lot.points for lot in body.lots) != body.points:
        raise Unapplicable("bad-points")
    given = known.get(other_key(body))
    if given is None or given.content != net_key(body)[1]:
        raise Unapplicable("no-move-out")


def apply_out(mover: Mover, body: MoveOutBody) -> None:
    """Points leave their lease for the account between, or for the cause."""
    for spend in body.spends:
        rights.charge_spend(mover, spend, target=MOVED if body.to is not None else DONATED)
    _settle(mover)


def apply_in(mover: Mover, body: MoveInBody) -> None:
    """The lots are the receiver's; a debt of theirs is paid first."""
    for lot in body.lots:
        mover.bear(lot, source=MOVED)
    _settle(mover)


def _settle(mover: Mover) -> None:
    for unit in sorted(mover.book.purses):
        mover.settle(unit)
