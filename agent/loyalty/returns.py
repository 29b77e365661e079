"""Returns, from what the sale recorded: money, redeemed points and earned points go back; no offer is judged again.

Everything is cumulative: what is due after this return less what earlier ones gave, so any split of a return ends at the same
full one, and a full one is an exact zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Protocol

from msgspec import Struct

from agent.loyalty.decision import Decision, Earned, FiscalLine, LineResult, Refused
from agent.loyalty.leases import Spend
from agent.loyalty.ledger import LOSS, points_unit
from agent.loyalty.lots import Part
from agent.loyalty.money import rounded, split
from agent.loyalty.return_earned import kept
from agent.loyalty.return_positions import positions
from agent.loyalty.return_redeemed import owed, redeemed_back
from agent.loyalty.returned import ReturnedLine, shares

__all__ = [
    "PriorReturn",
    "RecordedSale",
    "ReturnDecision",
    "ReturnedAmount",
    "ReturnedLine",
    "give_back",
    "give_back_all",
]

_NONE = Fraction(0)
Shares = Mapping[int, Fraction]
"""By line number, how much of the line has been returned: 0 to 1."""


class RecordedSale(Protocol):
    """What of a sale's record a return needs; a SaleBody is one."""

    @property
    def decision(self) -> Decision: ...
    @property
    def spends(self) -> tuple[Spend, ...]: ...
    @property
    def loss(self) -> dict[str, int]: ...


class PriorReturn(Protocol):
    """What of an earlier return's record counts; a ReturnBody is one."""

    @property
    def lines(self) -> tuple[ReturnedLine, ...]: ...
    @property
    def restored(self) -> dict[str, tuple[Part, ...]]: ...
    @property
    def taken_back(self) -> dict[str, int]: ...


class ReturnedAmount(Struct, frozen=True):
    """One line's part of a return: of its amount before discounts, and in money."""

    n: int
    amount: int
    money_back: int


class ReturnDecision(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one return gives back and takes back; points by unit. sum(lines' money_back) == money_back + certificates_back."""

    lines: tuple[ReturnedAmount, ...]
    money_back: int
    certificates_back: int = 0
    restored: dict[str, tuple[Part, ...]] = {}
    """Redeemed points, each to its own lot."""
    loss_back: dict[str, int] = {}
    """Redeemed points the member never had (booked to loss:store); they go back there."""
    taken_back: dict[str, int] = {}
    fiscal_lines: tuple[FiscalLine, ...] = ()
    full: bool = False
    """Nothing of the sale is left."""


def give_back(
    sale: RecordedSale,
    prior: Sequence[PriorReturn],
    lines: Iterable[ReturnedLine],
    *,
    born: Mapping[str, int] | None = None,
) -> ReturnDecision | Refused:
    """Return some lines of a sale after `prior` returns of it. A return of more than is left is refused.

    `born` tells lots' ages for ties; an unknown lot counts as oldest, then ids decide (they are time-ordered).
    """
    known = {line.n: line for line in sale.decision.lines}
    before = _returned(known, prior)
    if isinstance(before, Refused):
        return before
    after = shares(known, lines, before)
    if isinstance(after, Refused):
        return after
    return _Return(sale, prior, before, after).decide(born or {})


def give_back_all(
    sale: RecordedSale, prior: Sequence[PriorReturn] = (), *, born: Mapping[str, int] | None = None
) -> ReturnDecision | Refused:
    """Return whatever is left of a sale, as a void does."""
    before = _returned({line.n: line for line in sale.decision.lines}, prior)
    if isinstance(before, Refused):
        return before
    return _Return(sale, prior, before, {line.n: Fraction(1) for line in sale.decision.lines}).decide(born or {})


def _returned(known: Mapping[int, LineResult], prior: Sequence[PriorReturn]) -> dict[int, Fraction] | Refused:
    state: dict[int, Fraction] = {}
    for one in prior:
        after = shares(known, one.lines, state)
        if isinstance(after, Refused):
            return after
        state = after
    return state


class _Return:
    """One return between two states of the sale: shares returned before and after it."""

    def __init__(self, sale: RecordedSale, prior: Sequence[PriorReturn], before: Shares, after: Shares) -> None:
        self.sale, self.prior, self.before, self.after = sale, prior, before, after
        self.decision = sale.decision

    def decide(self, born: Mapping[str, int]) -> ReturnDecision:
        lines, fiscal = self._lines()
        money = sum(line.money_back for line in lines)
        certificates = self._certificates(self.after) - self._certificates(self.before)
        restored, loss_back = self._restored(born)
        taken = {points_unit(name): self._clawed(name, earned) for name, earned in self.decision.earned.items()}
        return ReturnDecision(
            lines=lines,
            money_back=money - certificates,
            certificates_back=certificates,
            restored=restored,
            loss_back=loss_back,
            taken_back={unit: points for unit, points in taken.items() if points},
            fiscal_lines=fiscal,
            full=all(self.after.get(line.n, _NONE) == 1 for line in self.decision.lines),
        )

    def _lines(self) -> tuple[tuple[ReturnedAmount, ...], tuple[FiscalLine, ...]]:
        rates = {line.of: line.tax_rate for line in self.decision.fiscal_lines}
        # Where points were a tender the positions keep their price: the points come back beside the money.
        tender = sum(line.amount for line in self.decision.fiscal_lines) == self.decision.total - self.decision.discount
        amounts: list[ReturnedAmount] = []
        fiscal: list[FiscalLine] = []
        for line in self.decision.lines:
            share = self.after.get(line.n, _NONE) - self.before.get(line.n, _NONE)
            if not share:
                continue
            money = self._due(line.n, line.to_pay)
            priced = self._due(line.n, line.to_pay + line.redeemed) if tender else money
            amounts.append(ReturnedAmount(line.n, self._due(line.n, line.amount), money))
            fiscal.extend(positions(line.n, share * Fraction(line.quantity), priced, rates.get(line.n)))
        return tuple(amounts), tuple(fiscal)

    def _due(self, n: int, amount: int) -> int:
        """The amount less half_up(amount x left), cumulative, less the same before."""
        left_before, left_after = 1 - self.before.get(n, _NONE), 1 - self.after.get(n, _NONE)
        return rounded(amount * left_before, "half_up") - rounded(amount * left_after, "half_up")

    def _certificates(self, shares: Shares) -> int:
        to_pay = sum(line.to_pay for line in self.decision.lines)
        if not to_pay or not self.decision.certificates:
            return 0
        money = sum(
            line.to_pay - rounded(line.to_pay * (1 - shares.get(line.n, _NONE)), "half_up")
            for line in self.decision.lines
        )
        return self.decision.certificates * money // to_pay

    def _restored(self, born: Mapping[str, int]) -> tuple[dict[str, tuple[Part, ...]], dict[str, int]]:
        restored: dict[str, tuple[Part, ...]] = {}
        loss_back: dict[str, int] = {}
        for currency in self.decision.spent:
            unit = points_unit(currency)
            due_before = redeemed_back(self.decision, currency, self.before)
            due = redeemed_back(self.decision, currency, self.after) - due_before
            given = [part for one in self.prior for part in one.restored.get(unit, ())]
            lost = max(0, due_before - sum(part.points for part in given))
            debts = owed(self.sale.spends, given, unit, loss=self.sale.loss.get(unit, 0) - lost)
            # Ties by age, the shop's loss last.
            order = sorted(debts, key=lambda lot: (lot == LOSS, born.get(lot, 0), lot))
            due = min(due, sum(debts.values()))
            parts = dict(zip(order, split(due, [debts[lot] for lot in order]), strict=True))
            if back := parts.pop(LOSS, 0):
                loss_back[unit] = back
            if to_lots := tuple(Part(lot, points) for lot, points in parts.items() if points):
                restored[unit] = to_lots
        return restored, loss_back

    def _clawed(self, currency: str, earned: Earned) -> int:
        """Earned - kept - already clawed."""
        already = sum(one.taken_back.get(points_unit(currency), 0) for one in self.prior)
        return max(0, earned.points - kept(currency, earned, self.decision.lines, self.after) - already)
