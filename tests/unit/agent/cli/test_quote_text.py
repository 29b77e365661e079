"""A quote on a terminal."""

from __future__ import annotations

from programmes import POINTS, basket, decide, offer, programme

from agent.cli.quote_text import shown
from agent.loyalty.answer import quote_answer


def test_lines_sums_refusals_hints_and_trace() -> None:
    rules = programme(
        POINTS
        + 'redeem = { max_share = "10%" }\nlots = { pending = "1d" }\n'
        + offer("off", "line", 'percent = "10%"')
        + offer("more", "basket", "amount = 1", when="total = 11000")
        + offer("base", "accrual", 'earn = "5%"')
    )
    text = shown(quote_answer(decide(rules, basket(10000, redeem={"main": 50})), rules, "en"), rules, "en")
    assert text.splitlines() == [
        "  1        100.00         81.00",
        "       10 % off  −10.00",
        "       Paid in points  −9.00",
        "       5 % in points  +4 points",
        "",
        "Total: 100.00",
        "Discount: 10.00",
        "By points: 9.00",
        "To pay: 81.00",
        "Earned: 4 points (2026-11-23)",
        "Refused: points:main: points may pay no more than 9.00",
        "10.00 more and more applies",
        "",
        "Why:",
        "  off: applies: 10.00 off",
        "  more: 10.00 short of 110.00",
        "  base: applies: 4 points",
    ]
