"""The default profile says what the captures' profile says, one rule for each word of it."""

from __future__ import annotations

from drivers.scanner.profile import DEFAULT_RULES


def test_kinds_in_order():
    kinds = [rule.kind for rule in DEFAULT_RULES]
    assert kinds == ["rotating", *["member"] * 4, *["coupon"] * 3, "gift", "command"]


def test_every_rule_has_a_name_of_its_own():
    names = [rule.name for rule in DEFAULT_RULES]
    assert len(set(names)) == len(names) == len(list(filter(None, names)))


def test_numbers_as_cards_are_bound_to_their_symbology_and_check_digit():
    for rule in DEFAULT_RULES:
        if rule.digits:
            assert (rule.symbology, rule.check) == (("ean_upc",), "ean")
