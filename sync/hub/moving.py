"""Points that go from one member to another, or to a cause: two records with one id, each about one member.

The giver's half is a spend out of the till's lease; the receiver's half bears the same points in lots with their old days. So each
applies on its own member alone, and what lies between the two is the account `moved`.
"""

from __future__ import annotations

import hashlib

from agent.loyalty.ledger import DONATED, MOVED
from sync.hub import rights
from sync.hub.arrivals import Known, sale_key
from sync.hub.ground import Unapplicable
from sync.hub.postings import Mover
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


def check_in(body: MoveInBody, known: dict[str, Known]) -> None:
    """Raises Unapplicable for a second half without its first."""
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
