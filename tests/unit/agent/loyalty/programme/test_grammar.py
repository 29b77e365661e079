"""Limits of the file's shape."""

from __future__ import annotations

import pytest
from programmes import faults, offer

from agent.loyalty.programme import grammar


@pytest.mark.parametrize(
    "text",
    [
        '[[tier]]\nid = "' + "x" * 61 + '"\n',
        '[[tier]]\nid = "a\\n"\n',
        "".join(f'[[tier]]\nid = "t{n}"\n' for n in range(grammar.MAX_TIERS + 1)),
        "".join(f'[points.p{n}]\nworth = "1"\n' for n in range(grammar.MAX_CURRENCIES + 1)),
        offer("o", "line", f"amount = {grammar.MAX_MINOR + 1}"),
        offer("o", "line", "amount = -1"),
        offer("o", "line", "amount = 1.5"),
        offer("o", "line", "amount = true"),
        offer("o", "line", "amount = 1", when="lines = []"),
        offer("o", "line", "amount = 1", when="lines = [" + "'s', " * (grammar.MAX_WORDS + 1) + "]"),
        offer("o", "line", "nth_free = { buy = 0 }"),
    ],
)
def test_beyond_the_limits(text: str) -> None:
    assert faults(text)
