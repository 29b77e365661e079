"""Redeemed points a return restores: so much of what was redeemed as of the money it paid, each lot its part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction

from agent.loyalty.decision import Decision
from agent.loyalty.leases import Spend
from agent.loyalty.ledger import LOSS
from agent.loyalty.lots import Part

_NONE = Fraction(0)


def redeemed_back(decision: Decision, currency: str, returned: Mapping[int, Fraction]) -> int:
    """Points restored in all once `returned` (share by line) is back: floor(redeemed x redeemed money returned / redeemed money)."""
    # One currency: the money it paid on each line is exact; of two, each line's whole points tell their shares.
    alone = len(decision.spent) == 1
    weights = {line.n: line.redeemed if alone else line.points.get(currency, 0) for line in decision.lines}
    if not any(weights.values()):
        weights = {line.n: line.amount or 1 for line in decision.lines}
    back = sum((weight * returned.get(n, _NONE) for n, weight in weights.items()), _NONE)
    return math.floor(decision.spent[currency] * back / sum(weights.values()))


def owed(spends: Iterable[Spend], given: Iterable[Part], unit: str, *, loss: int) -> dict[str, int]:
    """What each lot spent in the sale and has not got back; `loss` still owed to the shop stands as a lot of its own."""
    debts: dict[str, int] = {}
    for part in (part for spend in spends if spend.unit == unit for part in spend.parts):
        debts[part.lot] = debts.get(part.lot, 0) + part.points
    for part in given:
        debts[part.lot] = max(0, debts.get(part.lot, 0) - part.points)
    if loss > 0:
        debts[LOSS] = loss
    return debts
