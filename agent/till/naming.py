"""What a programme calls things, for receipts and answers."""

from __future__ import annotations

from fractions import Fraction

from agent.loyalty.decision import Decision, Why
from agent.loyalty.plural import form
from agent.loyalty.points import whole_points
from agent.loyalty.programme.values import Programme
from agent.loyalty.texts import Speaker
from agent.messages import Lang, money

_RUSSIAN = str.maketrans({",": "\N{NARROW NO-BREAK SPACE}", ".": ","})
_POINTS: dict[Lang, tuple[str, ...]] = {"ru": ("балл", "балла", "баллов"), "en": ("point", "points")}


def counted(programme: Programme, currency: str, points: int, lang: Lang) -> str:
    """Points with their noun: "57 баллов"; a currency this version no longer has keeps a plain one."""
    found = programme.currency_of(currency)
    forms = (found.names.of(lang) if found else ()) or _POINTS[lang]
    scale = found.scale if found else 0
    whole, rest = divmod(points, 10**scale)
    # A fraction takes the form of a few: "2,5 балла".
    return f"{grouped(whole_points(points, scale), lang)} {form(2 if rest else whole, forms, lang)}"


def grouped(number: str, lang: Lang) -> str:
    """A decimal text as people of a language write it: 1 234,5 in Russian, 1,234.5 in English."""
    whole, point, rest = number.partition(".")
    text = f"{int(whole):,}{point}{rest}"
    return text.translate(_RUSSIAN) if lang == "ru" else text


def tier_name(programme: Programme, tier: str | None, lang: Lang) -> str:
    """A tier as the shop calls it; its id when the programme does not name it."""
    if tier is None:
        return ""
    names = programme.tiers.get(tier)
    forms = names.of(lang) if names else ()
    return forms[0] if forms else tier


def earned_because(decision: Decision, programme: Programme, currency: str, lang: Lang) -> list[str]:
    """Why points were earned, one line an offer, the most points first."""
    points: dict[str, int] = {}
    whys: dict[str, list[Why]] = {}
    for why in (why for line in decision.lines for why in line.why if currency in why.exact):
        points[why.offer] = points.get(why.offer, 0) + why.earned.get(currency, 0)
        whys.setdefault(why.offer, []).append(why)
    order = sorted(points, key=lambda offer: (-points[offer], offer))
    return [_because(whys[offer], programme, currency, lang) for offer in order]


def _because(whys: list[Why], programme: Programme, currency: str, lang: Lang) -> str:
    """One offer's line: its own name, or what it counted: "5 % от 1 149,00"."""
    first = whys[0]
    found = programme.offer(first.offer)
    base = _base(whys, programme, currency) if first.code == "earn-percent" and "above" not in first.numbers else None
    if base is None or (found is not None and found.names.of(lang)):
        return Speaker(programme, lang).why(first.offer, first.code, first.numbers)
    percent = grouped(str(first.numbers["percent"]), lang)
    return f"{percent} % {'от' if lang == 'ru' else 'of'} {money(base, lang)}"


def _base(whys: list[Why], programme: Programme, currency: str) -> int | None:
    """The money a percent was taken of, from the exact points; None where it is no whole number of minor units."""
    found = programme.currency_of(currency)
    percent = Fraction(str(whys[0].numbers.get("percent", 0)))
    if found is None or not percent or not found.worth_num:
        return None
    exact = sum((Fraction(why.exact[currency]) for why in whys), Fraction(0))
    base = exact * Fraction(found.worth_num, found.worth_den) * 100 / percent
    return base.numerator if base.denominator == 1 else None
