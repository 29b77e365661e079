"""Rules between offers: one id each, groups within one phase and kind, not too many `alone` offers on one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from agent.loyalty.programme.desk import Desk
from agent.loyalty.programme.grammar import LinesTable, OfferTable, TotalTable
from agent.loyalty.programme.words import short

MAX_ALONE = 8
"""Each `alone` offer that meets others on a line doubles what must be compared."""


def check_offers(offers: Sequence[tuple[int, OfferTable]], desk: Desk) -> None:
    """Tell the desk what is wrong between offers, given with their places in the file."""
    seen: set[str] = set()
    groups: dict[str, tuple[str, bool]] = {}
    for place, offer in offers:
        if offer.id in seen:
            desk.wrong(("offer", place, "id"), f"the offer {short(offer.id)} stands twice", "an id of its own")
        seen.add(offer.id)
        if offer.group is not None:
            kind = (offer.phase, offer.then.multiply is not None)
            if groups.setdefault(offer.group, kind) != kind:
                desk.wrong(
                    ("offer", place, "group"),
                    f"the group {short(offer.group)} has offers of another phase or kind",
                    "one phase, and either earn or multiply, for all offers of a group",
                )
        for key in ("total", "lines_total"):
            total = getattr(offer.when, key)
            if isinstance(total, TotalTable) and total.of == "left":
                desk.warn(
                    ("offer", place, "when", key),
                    'of = "left": another discount can switch this offer off, and what it lacks is not stable',
                )
    _check_alone(offers, desk)


def _check_alone(offers: Sequence[tuple[int, OfferTable]], desk: Desk) -> None:
    """How many `alone` offers one line could meet at worst: a line has one SKU and one brand, but many groups and tags."""
    anywhere = 0
    narrow: dict[str, Counter[str]] = {"sku": Counter(), "brand": Counter()}
    last = -1
    for place, offer in offers:
        if not offer.alone:
            continue
        last = place
        words = _keys(offer)
        if words is None or any(not _narrow(word) for word in words):
            anywhere += 1
            continue
        for word in set(words):
            narrow["brand" if word.startswith("brand:") else "sku"][word.removeprefix("sku:")] += 1
    worst = anywhere + sum(max(counter.values(), default=0) for counter in narrow.values())
    if worst > MAX_ALONE:
        desk.wrong(
            ("offer", last, "alone"),
            f"{worst} offers that stand alone can meet on one line",
            f"at most {MAX_ALONE}; name SKUs instead of groups, or use `group`",
        )


def _keys(offer: OfferTable) -> tuple[str, ...] | None:
    lines = offer.when.lines
    words = lines.any if isinstance(lines, LinesTable) else lines
    if words is None:
        return None
    return (words,) if isinstance(words, str) else words


def _narrow(word: str) -> bool:
    return ":" not in word or word.startswith(("sku:", "brand:"))
