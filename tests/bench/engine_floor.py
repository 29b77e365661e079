"""The floor of the engine's bench: what plain Python needs for the same sums, with none of the engine's rules.

About seventy lines: an index by SKU, group, brand and tag, whole numbers, largest remainder, a percent off for each offer, points at
the end, and an answer that says why, line by line.
"""

from __future__ import annotations

from typing import Any


class Floor:
    """Offers are (key or "", basis points off); a key is "group:x" and the like."""

    def __init__(self, offers: list[tuple[str, int]], earn_bp: int) -> None:
        self.offers = offers
        self.earn_bp = earn_bp
        self.always = [no for no, (key, _) in enumerate(offers) if not key]
        self.by_key: dict[str, list[int]] = {}
        for no, (key, _) in enumerate(offers):
            if key:
                self.by_key.setdefault(key, []).append(no)

    def evaluate(self, lines: list[dict[str, Any]]) -> dict[str, Any]:
        left = [line["amount"] for line in lines]
        places: dict[str, list[int]] = {}
        for place, line in enumerate(lines):
            keys = ["sku:" + line["sku"], *["group:" + group for group in line["groups"]]]
            if line["brand"]:
                keys.append("brand:" + line["brand"])
            keys += ["tag:" + tag for tag in line["tags"]]
            for key in keys:
                if key in self.by_key:
                    places.setdefault(key, []).append(place)
        found = list(self.always)
        for key in places:
            found += self.by_key[key]
        everything = list(range(len(lines)))
        why: list[list[dict[str, Any]]] = [[] for _ in lines]
        for no in sorted(found):
            key, basis_points = self.offers[no]
            chosen = places[key] if key else everything
            weights = [left[place] * basis_points for place in chosen]
            amount = (2 * sum(weights) + 10_000) // 20_000
            for place, part in zip(chosen, share(amount, weights), strict=True):
                left[place] -= part
                why[place].append({"offer": no, "discount": part})
        weights = [amount * self.earn_bp for amount in left]
        points = sum(weights) // 1_000_000
        answer = []
        for place, earned in enumerate(share(points, weights)):
            amount = lines[place]["amount"]
            why[place].append({"offer": "base", "earned": earned})
            answer.append(
                {
                    "n": lines[place]["n"],
                    "amount": amount,
                    "discount": amount - left[place],
                    "to_pay": left[place],
                    "earned": {"main": earned},
                    "why": why[place],
                }
            )
        return {"to_pay": sum(left), "lines": answer, "points": points}


def share(amount: int, weights: list[int]) -> list[int]:
    total = sum(weights)
    parts = []
    rests = []
    for weight in weights:
        part, rest = divmod(amount * weight, total)
        parts.append(part)
        rests.append(rest)
    missing = amount - sum(parts)
    if missing:
        for place in sorted(range(len(parts)), key=lambda place: -rests[place])[:missing]:
            parts[place] += 1
    return parts
