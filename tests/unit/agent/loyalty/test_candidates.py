"""Which offers may act, and why the others may not, as codes and numbers."""

from __future__ import annotations

import pytest
from programmes import HEAD, basket, decide, line, offer, programme, trace

from agent.loyalty.decision import Trace


def said(when: str, *lines: object, head: str = "", **more: object) -> Trace:
    rules = programme(head + offer("o", "line", 'percent = "10%"', when=when), HEAD)
    return trace(decide(rules, basket(*lines, **more)), "o")


@pytest.mark.parametrize(
    ("when", "code", "numbers"),
    [
        ("total = 2000", "lacks-total", {"need": 2000, "has": 1600, "lacks": 400}),
        ("total = { to = 1599 }", "over-total", {"need": 1599, "has": 1600, "over": 1}),
        ("total = { above = 1600 }", "lacks-total", {"need": 1601, "has": 1600, "lacks": 1}),
        ("total = { from = 1600, below = 1601 }", "applied", {"discount": 160}),
        ('lines = "group:a", lines_total = "10.01"', "lacks-total", {"need": 1001, "has": 1000, "lacks": 1}),
        ('lines = "group:a", quantity = 3', "lacks-quantity", {"need": 3, "has": 2, "lacks": 1}),
        (
            'lines = "group:a", quantity = { below = "1.5" }',
            "over-quantity",
            {"need": "1.499", "has": 2, "over": "0.501"},
        ),
        ('lines = "group:a", together = ["group:b", "group:c"]', "lacks-together", {}),
        ('lines = "group:a", together = "group:b"', "applied", {"discount": 100}),
    ],
)
def test_conditions_on_lines(when: str, code: str, numbers: dict[str, object]) -> None:
    found = said(when, line(1, 1000, "a", quantity="2"), line(2, 600, "b"))
    assert (found.code, found.numbers) == (code, numbers)


def test_an_excluded_line_is_invisible() -> None:
    lines = (line(1, 1000, "a"), line(2, 5000, "tobacco"))
    head = '[discount]\nexclude = "group:tobacco"\n'
    assert said('lines = ["group:tobacco"]', *lines, head=head).code == "excluded"
    assert said("total = 1001", *lines, head=head).numbers == {"need": 1001, "has": 1000, "lacks": 1}
    assert said("quantity = 2", *lines, head=head).code == "lacks-quantity"
    assert said('lines = "group:a", together = "group:tobacco"', *lines, head=head).code == "lacks-together"


def test_what_is_left_is_judged_when_the_turn_comes() -> None:
    rules = offer("a", "line", "amount = 100") + offer(
        "b", "line", 'percent = "10%"', when='total = { from = 1000, of = "left" }'
    )
    decision = decide(rules, basket(1050))
    assert trace(decision, "b") == Trace("b", "lacks-total", {"need": 1000, "has": 950, "lacks": 50})
    assert decision.discount == 100
    lines = offer("a", "line", "amount = 100") + offer(
        "b", "line", 'percent = "10%"', when='lines_total = { from = 1000, of = "left" }'
    )
    assert trace(decide(lines, basket(1050)), "b").code == "lacks-total"
