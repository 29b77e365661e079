"""What a programme calls things, for receipts and answers."""

from __future__ import annotations

from agent.loyalty.decision import Decision
from agent.loyalty.plural import form
from agent.loyalty.points import whole_points
from agent.loyalty.programme.values import Programme
from agent.loyalty.texts import Speaker
from agent.messages import Lang

_POINTS: dict[Lang, tuple[str, ...]] = {"ru": ("балл", "балла", "баллов"), "en": ("point", "points")}


def counted(programme: Programme, currency: str, points: int, lang: Lang) -> str:
    """Points with their noun: "57 баллов"; a currency this version no longer has keeps a plain one."""
    found = programme.currency_of(currency)
    forms = (found.names.of(lang) if found else ()) or _POINTS[lang]
    scale = found.scale if found else 0
    whole = points // 10**scale
    # A fraction takes the form of "many" in Russian speech ("2,5 балла") nearest to "few"; whole numbers their own.
    count = whole if points % 10**scale == 0 else 2
    return f"{_spaced(whole_points(points, scale))} {form(count, forms, lang)}"


def _spaced(text: str) -> str:
    whole, point, rest = text.partition(".")
    grouped = f"{int(whole):,}".replace(",", "\u202f")
    return grouped + (point and "," + rest)


def tier_name(programme: Programme, tier: str | None, lang: Lang) -> str:
    """A tier as the shop calls it; its id when the programme does not name it."""
    if tier is None:
        return ""
    names = programme.tiers.get(tier)
    forms = names.of(lang) if names else ()
    return forms[0] if forms else tier


def earned_because(decision: Decision, programme: Programme, currency: str, lang: Lang) -> list[str]:
    """Why points were earned, one line an offer, the most points first."""
    speaker = Speaker(programme, lang)
    points: dict[str, int] = {}
    texts: dict[str, str] = {}
    for why in (why for line in decision.lines for why in line.why if currency in why.earned or currency in why.exact):
        points[why.offer] = points.get(why.offer, 0) + why.earned.get(currency, 0)
        texts.setdefault(why.offer, speaker.why(why.offer, why.code, why.numbers))
    return [texts[offer] for offer in sorted(points, key=lambda offer: (-points[offer], offer))]
