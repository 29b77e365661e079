"""The `then` of an offer becomes the mechanic that carries it out."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from agent.loyalty.mechanics.amount import AmountOff
from agent.loyalty.mechanics.bundle_price import BundlePrice
from agent.loyalty.mechanics.earn import Earn, percent_rate
from agent.loyalty.mechanics.fixed_price import FixedPrice
from agent.loyalty.mechanics.multiply import Multiply
from agent.loyalty.mechanics.nth_free import NthFree
from agent.loyalty.mechanics.percent import WHOLE_BP, PercentOff
from agent.loyalty.money import Rounding
from agent.loyalty.points import Currency
from agent.loyalty.programme.desk import Desk
from agent.loyalty.programme.grammar import (
    AmountTable,
    BundleTable,
    CheapestTable,
    EarnTable,
    MultiplyTable,
    NthFreeTable,
    OfferTable,
    PercentTable,
    PriceTable,
)
from agent.loyalty.programme.values import Effect
from agent.loyalty.programme.words import MAX_PERCENT_BP, factor, money, percent, points, short

LATER = ("stamps", "issue", "free_item", "reward", "tier", "message", "surprise")

KINDS = ("percent", "amount", "price", "nth_free", "cheapest", "bundle", "earn", "multiply")
_rewards = attrgetter(*KINDS)
_later = attrgetter(*LATER)
_NO_LATER = (None,) * len(LATER)


class Rewards:
    """Makes effects. Every method returns None after telling the desk what is wrong."""

    def __init__(self, desk: Desk, currencies: tuple[Currency, ...], *, digits: int, rounding: Rounding) -> None:
        self.desk = desk
        self.currencies = currencies
        self.digits = digits
        self.rounding = rounding
        self.kinds: dict[str, Callable[[Any, OfferTable], Effect | None]] = {
            kind: getattr(self, f"_{kind}") for kind in KINDS
        }

    def effect(self, table: OfferTable) -> Effect | None:
        then = table.then
        chosen = [key for key, value in zip(self.kinds, _rewards(then), strict=True) if value is not None]
        if _later(then) != _NO_LATER:
            self.desk.later(then, LATER, ("then",))
        if len(chosen) == 1:
            return self.kinds[chosen[0]](getattr(then, chosen[0]), table)
        if chosen or _later(then) == _NO_LATER:
            what = "more than one reward" if chosen else "no reward"
            self.desk.wrong(("then",), what, f"one of {', '.join(self.kinds)}; write one offer for each")
        return None

    def _money(self, value: int | str | None, *tail: str) -> int | None:
        return None if value is None else self.desk.read(("then", *tail), money, value, self.digits)

    def _percent(self, value: str | PercentTable, table: OfferTable) -> Effect | None:
        text, most, tail = (
            (value.off, value.max, ("percent", "off"))
            if isinstance(value, PercentTable)
            else (value, None, ("percent",))
        )
        basis_points = self.desk.read(("then", *tail), percent, text)
        cap = self._money(most, "percent", "max")
        if basis_points is None:
            return None
        return PercentOff(basis_points, cap, table.of == "initial", self.rounding)

    def _amount(self, value: int | str | AmountTable, table: OfferTable) -> Effect | None:
        if table.of == "initial":
            self.desk.wrong(("of",), "a sum off does not depend on what it is taken of", "leave `of` out")
        if not isinstance(value, AmountTable):
            off = self._money(value, "amount")
            return None if off is None else AmountOff(off, "offer", None, self.rounding)
        off = self._money(value.off, "amount", "off")
        cap = self._money(value.max, "amount", "max")
        return None if off is None else AmountOff(off, value.per, cap, self.rounding)

    def _price(self, value: int | str | PriceTable, table: OfferTable) -> Effect | None:
        initial = table.of == "initial"
        if not isinstance(value, PriceTable):
            price = self._money(value, "price")
            return None if price is None else FixedPrice(price, "unit", None, initial, self.rounding)
        price = self._money(value.to, "price", "to")
        cap = self._money(value.max, "price", "max")
        return None if price is None else FixedPrice(price, value.per, cap, initial, self.rounding)

    def _sets(self, table: OfferTable) -> int | None:
        return table.limit.per_sale if table.limit is not None else None

    def _nth_free(self, value: NthFreeTable, table: OfferTable) -> Effect | None:
        return NthFree(
            value.buy,
            value.get,
            WHOLE_BP,
            value.pick == "dearest",
            value.spread == "all",
            partial=True,
            sets=self._sets(table),
            initial=table.of == "initial",
            rounding=self.rounding,
        )

    def _cheapest(self, value: CheapestTable, table: OfferTable) -> Effect | None:
        basis_points = self.desk.read(("then", "cheapest", "off"), percent, value.off)
        if basis_points is None:
            return None
        return NthFree(
            value.of - 1,
            1,
            basis_points,
            dearest=False,
            spread_all=value.spread == "all",
            partial=False,
            sets=self._sets(table),
            initial=table.of == "initial",
            rounding=self.rounding,
        )

    def _bundle(self, value: BundleTable, table: OfferTable) -> Effect | None:
        price = self._money(value.price, "bundle", "price")
        if price is None:
            return None
        return BundlePrice(value.units, price, self._sets(table), table.of == "initial", self.rounding)

    def _currency(self, name: str | None, tail: str) -> int | None:
        """The place of the currency named, of the only one when none is named."""
        ids = [currency.id for currency in self.currencies]
        if name is None and len(ids) == 1:
            return 0
        if name in ids:
            return ids.index(name)
        allowed = ", ".join(ids) or "a currency needs its [points.X]"
        path = ("then", tail) if name is None else ("then", tail, "currency")
        self.desk.wrong(path, "which currency?" if name is None else f"{short(name)} is no currency", allowed)
        return None

    def _multiply(self, value: int | str | MultiplyTable, _table: OfferTable) -> Effect | None:
        by, name, tail = (
            (value.by, value.currency, ("multiply", "by"))
            if isinstance(value, MultiplyTable)
            else (value, None, ("multiply",))
        )
        found = self.desk.read(("then", *tail), factor, by)
        currency = self._currency(name, "multiply")
        return None if found is None or currency is None else Multiply(currency, *found)

    def _earn(self, value: str | EarnTable, table: OfferTable) -> Effect | None:
        tail: tuple[str, ...] = ("then", "earn", "percent")
        if isinstance(value, str):
            value, tail = EarnTable(percent=value), ("then", "earn")
        place = self._currency(value.currency, "earn")
        if place is None:
            return None
        currency = self.currencies[place]
        if (value.percent is None) == (value.points is None):
            self.desk.wrong(
                ("then", "earn"), "either percent or points", 'percent = "5%", or points = 2 with per = "1.00"'
            )
            return None
        above = self._money(value.above, "earn", "above") or 0
        if value.mode is not None and not above:
            self.desk.wrong(("then", "earn", "mode"), "a mode without a threshold", "give `above` too")
        if value.percent is not None:
            return self._earn_percent(value, currency, (place, above), tail)
        return self._earn_points(value, currency, (place, above), self._sets(table))

    def _earn_percent(
        self, value: EarnTable, currency: Currency, place: tuple[int, int], tail: tuple[str, ...]
    ) -> Effect | None:
        basis_points = self.desk.read(tail, percent, value.percent, MAX_PERCENT_BP)
        if value.per is not None:
            self.desk.wrong(("then", "earn", "per"), "a percent has no steps", "points with per, or percent alone")
        if not currency.worth_num:
            self.desk.wrong(tail, f"points of {currency.id} have no worth a percent could mean", "points with per")
            return None
        if basis_points is None:
            return None
        num, den = percent_rate(basis_points, (currency.worth_num, currency.worth_den))
        return Earn(
            currency=place[0],
            basis_points=basis_points,
            above=place[1],
            mode=value.mode or "marginal",
            rate_num=num,
            rate_den=den,
        )

    def _earn_points(
        self, value: EarnTable, currency: Currency, place: tuple[int, int], steps: int | None
    ) -> Effect | None:
        count = self.desk.read(("then", "earn", "points"), points, value.points, currency.scale)
        per = self._money(value.per, "earn", "per")
        if count is None:
            return None
        if count == 0 or per == 0:
            self.desk.wrong(("then", "earn"), "points and per are more than 0", "1 and up")
            return None
        if per is None:
            if place[1]:
                self.desk.wrong(
                    ("then", "earn", "above"), "a fixed number has no threshold of its own", "when = { total = ... }"
                )
            return Earn(currency=place[0], fixed=count)
        return Earn(
            currency=place[0],
            points=count,
            per=per,
            above=place[1],
            mode=value.mode or "marginal",
            rate_num=count,
            rate_den=per,
            steps=steps,
        )
