"""Words for what the engine decided, in Russian and English: why-lines, hints, refusals and the trace. Codes in, text out."""

from __future__ import annotations

from typing import Literal

from agent.loyalty.plural import form
from agent.loyalty.points import Currency, whole_points
from agent.loyalty.programme.values import Programme

Lang = Literal["ru", "en"]
Numbers = dict[str, str | int]

WHY: dict[str, tuple[str, str]] = {
    "percent": ("Скидка {percent} %", "{percent} % off"),
    "amount": ("Скидка {off}", "{off} off"),
    "amount-unit": ("Скидка {off} за штуку", "{off} off each"),
    "price": ("Цена {price}", "Price {price}"),
    "nth_free": ("{buy}+{get}, бесплатно: {free}", "{buy}+{get}, free: {free}"),
    "nth_free-percent": ("Каждый {nth}-й: −{percent} %", "{percent} % off 1 in {nth}"),
    "bundle": ("{units} за {price}", "{units} for {price}"),
    "earn-percent": ("{percent} % {points_by}", "{percent} % in {points_many}"),
    "earn-percent-above": (
        "{percent} % {points_by} при сумме больше {above}",
        "{percent} % in {points_many} above {above}",
    ),
    "earn-per": ("{points} за каждые {per}", "{points} for every {per}"),
    "earn-per-above": (
        "{points} за каждые {per} при сумме больше {above}",
        "{points} for every {per} of a sum above {above}",
    ),
    "earn-fixed": ("{points} за покупку", "{points} for the purchase"),
    "multiply": ("Баллы ×{by}", "{points_many} ×{by}"),
    "redeem": ("Оплачено {points_by}", "Paid in {points_many}"),
}

TRACE: dict[str, tuple[str, str]] = {
    "applied": ("действует", "applies"),
    "applied-discount": ("действует: скидка {discount}", "applies: {discount} off"),
    "applied-points": ("действует: {points}", "applies: {points}"),
    "no-lines": ("в чеке нет подходящих товаров", "no goods of this offer in the basket"),
    "excluded": ("подходящие товары исключены из акций", "the goods of this offer are excluded"),
    "nothing-left": ("нечего уменьшать или начислять", "nothing left to take off or to count"),
    "closed": ("товары заняты отдельной акцией", "an offer that stands alone took the goods"),
    "alone-worse": ("без неё выгоднее: {without} вместо {discount}", "less without it: {without} off, not {discount}"),
    "group-lost": ("выгоднее акция «{to}»", "{to} is worth more"),
    "card-dearer": ("с картой вышло бы дороже", "the card would have made the bill dearer"),
    "card-blocked": ("карта заблокирована", "the card is blocked"),
    "not-activated": ("карта ещё не активирована", "the card is not activated yet"),
    "no-member": ("нужна карта", "a card is needed"),
    "not-for-members": ("только без карты", "only without a card"),
    "other-tier": ("другой уровень", "another tier"),
    "other-segment": ("не для этого покупателя", "not for this member"),
    "other-club": ("только для членов клуба", "only for members of the club"),
    "no-subscription": ("нет подписки", "no subscription"),
    "not-birthday": ("не в дни рождения", "not at the birthday"),
    "not-new": ("только для новых", "only for new members"),
    "other-date": ("действует с {from} по {to}", "runs from {from} to {to}"),
    "other-weekday": ("не в этот день недели", "not on this weekday"),
    "other-hour": ("действует с {from} до {to}", "runs from {from} to {to}"),
    "no-coupon": ("нужен купон", "a coupon is needed"),
    "other-tender": ("другой способ оплаты", "another means of payment"),
    "lacks-total": ("не хватает {lacks} до {need}", "{lacks} short of {need}"),
    "over-total": ("сумма больше {need}", "the sum is above {need}"),
    "lacks-quantity": ("не хватает {lacks} шт. до {need}", "{lacks} units short of {need}"),
    "over-quantity": ("больше {need} шт.", "more than {need} units"),
    "lacks-together": ("нет товаров, которые берут вместе", "the goods to go with it are missing"),
    "below-threshold": ("не хватает {lacks}, нужно больше {above}", "{lacks} short, more than {above} is needed"),
    "unknown-offer": ("такой акции нет", "there is no such offer"),
    "unknown-coupon": ("купон неизвестен", "nobody knows this coupon"),
    "unknown-currency": ("таких баллов нет", "there are no such points"),
    "not-redeemable": ("этими баллами не платят", "these points do not pay"),
    "not-yet": ("сертификаты пока не принимаются", "certificates are not taken yet"),
    "max-share": ("баллами можно оплатить не больше {cap}", "points may pay no more than {cap}"),
    "floor": ("ниже цены не опустить: не больше {cap}", "prices cannot go lower: no more than {cap}"),
    "balance": ("доступно {spendable}", "{spendable} can be spent"),
    "below-min": ("меньше наименьшего: {min}", "below the least of {min}"),
    "step": ("только по {step}", "only by {step}"),
    "nearly": ("Ещё {lacks} — и сработает «{offer}»", "{lacks} more and {offer} applies"),
    "would-earn": ("С картой вы получили бы {points}", "With a card you would have earned {points}"),
}

_MONEY = frozenset(["off", "price", "per", "above", "discount", "lacks", "need", "has", "over", "cap", "without"])
_POINTS = frozenset(["points", "spendable", "min", "allowed", "step"])
_COUNTED = frozenset(("lacks-quantity", "over-quantity"))
"""Codes whose numbers are units, not money."""


class Speaker:
    """Says codes of one programme in one language."""

    def __init__(self, programme: Programme, lang: Lang) -> None:
        self.programme = programme
        self.lang = lang
        self._place = 0 if lang == "ru" else 1
        self._names: dict[str, str] = {}
        self._whys: dict[tuple[str, str, tuple[tuple[str, str | int], ...]], str] = {}
        """A basket says the same of an offer on many lines."""

    def offer(self, offer: str) -> str:
        """The name an offer has in the programme, else its id."""
        return self._named(offer) or offer

    def why(self, offer: str, code: str, numbers: Numbers) -> str:
        """An offer's own name where the programme gives one, else what its mechanic does."""
        key = offer, code, tuple(numbers.items())
        said = self._whys.get(key)
        if said is None:
            said = self._whys[key] = self._why(offer, code, numbers)
        return said

    def _why(self, offer: str, code: str, numbers: Numbers) -> str:
        named = self._named(offer)
        if named:
            return named
        if code == "amount" and numbers.get("per") == "unit":
            code = "amount-unit"
        elif code == "nth_free" and "percent" in numbers:
            code = "nth_free-percent"
        elif "above" in numbers:
            code = f"{code}-above"
        return self._say(WHY, code, offer, numbers)

    def trace(self, offer: str, code: str, numbers: Numbers) -> str:
        if code == "applied":
            code = "applied-discount" if "discount" in numbers else "applied-points" if "points" in numbers else code
        return self._say(TRACE, code, offer, numbers)

    def money(self, minor: int) -> str:
        """1 234,50 in Russian, 1,234.50 in English."""
        digits = self.programme.digits
        whole, rest = divmod(minor, 10**digits)
        tail = f"{rest:0{digits}d}" if digits else ""
        grouped = f"{whole:,}"
        if self.lang == "ru":
            return grouped.replace(",", "\N{NO-BREAK SPACE}") + (f",{tail}" if tail else "")
        return grouped + (f".{tail}" if tail else "")

    def points(self, count: int, currency: str) -> str:
        """12 баллов, 1 point; a fraction takes the form of a few."""
        found = self.programme.currency_of(currency) if currency else self._only()
        if found is None:
            return str(count)
        whole, rest = divmod(count, 10**found.scale)
        shown = whole_points(count, found.scale)
        forms = found.names.of(self.lang)
        word = form(2 if rest else whole, forms, self.lang) or self._many(currency)
        return f"{shown.replace('.', ',') if self.lang == 'ru' else shown} {word}"

    def _many(self, currency: str) -> str:
        """What many points are called."""
        found = self.programme.currency_of(currency) if currency else self._only()
        forms = found.names.of(self.lang) if found else ()
        if forms:
            return forms[-1]
        return "баллов" if self.lang == "ru" else "points"

    def _by(self, currency: str) -> str:
        """What one pays with, in Russian; other names than points cannot be declined by rule and stand in brackets."""
        many = self._many(currency)
        return "баллами" if many == "баллов" else f"баллами ({many})"

    def _only(self) -> Currency | None:
        currencies = self.programme.currencies
        return currencies[0] if currencies else None

    def _named(self, offer: str) -> str:
        name = self._names.get(offer)
        if name is None:
            found = self.programme.offer(offer)
            forms = found.names.of(self.lang) if found else ()
            name = self._names[offer] = forms[0] if forms else ""
        return name

    def _say(self, table: dict[str, tuple[str, str]], code: str, offer: str, numbers: Numbers) -> str:
        if code not in table:
            return code
        currency = str(numbers.get("currency", ""))
        fields: dict[str, str] = {"offer": self.offer(offer), "points_many": self._many(currency)}
        fields["points_by"] = self._by(currency)
        for key, value in numbers.items():
            fields[key] = self._number(key, value, currency, counted=code in _COUNTED)
        if "buy" in numbers and isinstance(numbers["buy"], int):
            fields["nth"] = str(numbers["buy"] + 1)
        return table[code][self._place].format_map(fields)

    def _number(self, key: str, value: str | int, currency: str, *, counted: bool) -> str:
        if isinstance(value, int) and not counted:
            if key in _MONEY:
                return self.money(value)
            if key in _POINTS:
                return self.points(value, currency)
        text = str(value)
        return text.replace(".", ",") if self.lang == "ru" and key in ("percent", "by") else text
