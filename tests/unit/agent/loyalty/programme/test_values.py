"""A compiled programme answers for its parts."""

from __future__ import annotations

from programmes import POINTS, offer, programme

RULES = programme(POINTS + '[[tier]]\nid = "gold"\nname.ru = "Золотой"\n' + offer("o", "line", "amount = 1"))


def test_parts_by_name() -> None:
    assert RULES.offer("o") is RULES.offers[0]
    assert RULES.offer("x") is None
    assert RULES.tiers["gold"].of("en") == ("Золотой",)
    assert str(RULES.zone) == "Europe/Moscow"
    assert (RULES.digits, RULES.hint_within_bp, RULES.effective_from_ms) == (2, 2500, None)
