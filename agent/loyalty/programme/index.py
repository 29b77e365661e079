"""The index over compiled offers: an offer that no line, coupon or total of a basket can touch costs that basket nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from agent.loyalty.programme.values import Context, Index, Offer, Selector


def build(
    offers: Sequence[Offer], selectors: Sequence[Selector], contexts: Sequence[Context], keys: dict[str, dict[str, int]]
) -> Index:
    """Each offer stands under the narrowest thing it asks for: keys of lines, else coupons, else a total, else always."""
    by_key: defaultdict[int, list[int]] = defaultdict(list)
    by_coupon: defaultdict[str, list[int]] = defaultdict(list)
    totals: list[tuple[int, int]] = []
    always = []
    coupons: set[str] = set()
    for offer in offers:
        asked = contexts[offer.context].coupons
        if asked:
            coupons |= asked
        lines = selectors[offer.selector].any or next(
            (selectors[each].any for each in offer.together if selectors[each].any), ()
        )
        if lines:
            for key in lines:
                by_key[key].append(offer.no)
        elif asked:
            for coupon in asked:
                by_coupon[coupon].append(offer.no)
        elif offer.total is not None and offer.total.low > 0:
            totals.append((offer.total.low, offer.no))
        else:
            always.append(offer.no)
    totals.sort()
    return Index(
        sku=keys["sku"],
        group=keys["group"],
        brand=keys["brand"],
        tag=keys["tag"],
        by_key={key: tuple(numbers) for key, numbers in by_key.items()},
        by_coupon={coupon: tuple(numbers) for coupon, numbers in by_coupon.items()},
        coupons=frozenset(coupons),
        thresholds=tuple(total for total, _ in totals),
        by_total=tuple(no for _, no in totals),
        always=tuple(always),
    )
