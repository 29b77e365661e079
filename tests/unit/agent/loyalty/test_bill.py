"""A basket laid out: quantities, pieces, floors, and what selectors pick."""

from __future__ import annotations

import pytest
from programmes import basket, line, programme

from agent.loyalty.bill import Bill, milli
from agent.loyalty.programme.values import Selector


@pytest.mark.parametrize(
    ("text", "thousandths"), [("1", 1000), ("0.5", 500), ("1.234", 1234), ("2.000", 2000), ("0", 0)]
)
def test_quantities(text: str, thousandths: int) -> None:
    assert milli(text) == thousandths


def test_weighed_lines_have_no_pieces_and_floors_round_up() -> None:
    bill = Bill(
        programme(""),
        basket(
            line(1, 300, quantity="3", min_price=50),
            line(2, 100, quantity="1.234", min_price=33),
            line(3, 10, min_price=50),
            line(4, 7),
        ),
    )
    assert bill.units == [3, 0, 1, 1]
    assert bill.floors == [150, 41, 10, 0]
    assert Bill(programme(""), basket(5)).floors is None


def test_selectors() -> None:
    rules = programme(
        "\n".join(
            f'[[offer]]\nid = "o{no}"\nphase = "line"\nthen = {{ percent = "1%" }}\nwhen = {{ lines = {lines} }}'
            for no, lines in enumerate(
                (
                    '["group:a", "s4"]',
                    '{ except = "brand:x" }',
                    '{ any = "tag:t", price = { below = 200 } }',
                    "{ quantity = { from = 2 } }",
                )
            )
        )
    )
    bill = Bill(
        rules,
        basket(
            line(1, 100, "a", "a"),
            line(2, 100, brand="x", tags=("t",)),
            line(3, 400, "b", quantity="2", tags=("t", "u")),
            line(4, 50),
        ),
    )
    picked = {offer.id: bill.select(offer.selector, -1) for offer in rules.offers}
    assert picked == {"o0": [0, 3], "o1": [0, 2, 3], "o2": [1], "o3": [2]}
    assert bill.select(0, rules.offers[0].selector) == [1, 2]
    assert rules.selectors[1] == Selector(nothing=True)
    assert bill.select(1, -1) == []
