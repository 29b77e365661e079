"""Standing rights: for members who buy here, wished for at night, so that they can spend though the line is down all day."""

from __future__ import annotations

from collections.abc import Iterable

from agent.loyalty.ledger import points_unit
from agent.loyalty.points import Currency
from agent.rows import Regular
from agent.till.balance import known, today
from agent.till.desk import Desk
from agent.till.wish import asking, journal_want, may_wish
from sync.leases import want_points
from sync.wire import WantBody

LOOK_BACK_MS = 60 * 24 * 3_600_000
"""Who did not buy here for so long is no regular."""
A_STEP = 25
"""Wishes of one transaction: a sale never waits for more of them."""


def most_points(currency: Currency, bill: int) -> int:
    """What a usual bill lets be paid by points: no more is worth holding here."""
    if currency.redeem is None:
        return 0
    return currency.points_within(bill * currency.redeem.max_share_bp // 10_000)


def stand(desk: Desk, rows: Iterable[Regular]) -> int:
    """Journal a standing want for each regular who could spend more than is held here; returns how many were made."""
    if not desk.online():
        return 0
    now = desk.clock.now_ms()
    wants = [want for row in rows for want in _wants(desk, row, now)]
    for start in range(0, len(wants), A_STEP):
        with desk.store.transaction():
            for want in wants[start : start + A_STEP]:
                journal_want(desk, want, now)
    if wants:
        desk.push_soon()
    return len(wants)


def _wants(desk: Desk, row: Regular, now: int) -> list[WantBody]:
    of, on = known(desk, row.member), today(desk, now)
    if of.state is None or not may_wish(of.state):
        return []
    found = []
    for currency in desk.programme(now).currencies:
        points = want_points(asking(desk, of, currency.id, on), now, most=most_points(currency, row.bill))
        if points:
            unit = points_unit(currency.id)
            found.append(WantBody(member=row.member, unit=unit, points=points, style="standing"))
    return found
