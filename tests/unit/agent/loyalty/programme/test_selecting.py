"""Selectors: kinds of keys, one number for equal ones."""

from __future__ import annotations

import pytest
from programmes import faults, offer, programme


@pytest.mark.parametrize("word", ["group:", "groop:x", ":x", "group:a*", "*"])
def test_words_that_name_no_lines(word: str) -> None:
    (told,) = faults(offer("o", "line", "amount = 1", when=f'lines = "{word}"'))
    assert told.startswith("offer[0].when.lines: ")


def test_a_bare_word_is_a_sku_and_equal_selectors_are_one() -> None:
    rules = programme(
        "".join(
            offer(f"o{n}", "line", "amount = 1", when=f"lines = {lines}")
            for n, lines in enumerate(('"s1"', '"sku:s1"', '["s1"]', '{ any = "s1" }', '"group:s1"'))
        )
    )
    assert len({each.selector for each in rules.offers[:4]}) == 1
    assert rules.offers[4].selector != rules.offers[0].selector
    assert rules.index.sku.keys() == {"s1"}


def test_a_plain_price_or_quantity_is_the_lower_end() -> None:
    rules = programme(
        "".join(
            offer(f"o{n}", "line", "amount = 1", when=f"lines = {{ {lines} }}")
            for n, lines in enumerate(
                ('price = "5.00"', "price = { from = 500 }", "quantity = 2", 'quantity = { from = "2" }')
            )
        )
    )
    numbers = [each.selector for each in rules.offers]
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]
