"""The answer of a quote: the sale's keys, nothing a store must know, texts in the language asked for."""

from __future__ import annotations

import msgspec
from programmes import POINTS, basket, decide, line, offer, programme

from agent.loyalty.answer import quote_answer

RULES = programme(
    POINTS + "redeem = {}\n" + offer("off", "line", 'percent = "10%"') + offer("base", "accrual", 'earn = "5%"')
)


def test_keys_are_the_sales_without_the_stores() -> None:
    answer = quote_answer(decide(RULES, basket(1000)), RULES, "ru")
    assert list(answer) == (
        [
            "total",
            "discount",
            "redeemed",
            "to_pay",
            "lines",
            "fiscal_lines",
            "earned",
            "spent",
            "issued",
            "messages",
            "hints",
            "receipt_lines",
            "codes",
            "programme",
            "refused",
            "trace",
        ]
    )
    assert answer["programme"] == {"id": "test", "version": 1}
    assert msgspec.json.decode(msgspec.json.encode(answer)) == answer


def test_lines_say_why() -> None:
    answer = quote_answer(decide(RULES, basket(line(1, 12000, tax_rate="22"), redeem={"main": 8})), RULES, "en")
    assert answer["lines"] == [
        {
            "n": 1,
            "amount": 12000,
            "discount": 1200,
            "redeemed": 800,
            "to_pay": 10000,
            "earned": {"main": 5},
            "why": [
                {"offer": "off", "text": "10 % off", "discount": 1200},
                {"offer": "", "text": "Paid in points", "redeemed": 800},
                {"offer": "base", "text": "5 % in points", "earned": {"main": 5}},
            ],
        }
    ]
    assert answer["fiscal_lines"] == [
        {"of": 1, "quantity": "1", "unit_price": 10000, "amount": 10000, "tax_rate": "22"}
    ]
    assert answer["earned"] == {"main": {"points": 5}}


def test_refusals_hints_and_trace_have_texts() -> None:
    answer = quote_answer(decide(RULES, basket(1000, redeem={"main": 20}), None), RULES, "en")
    assert answer["refused"] == [
        {"what": "points:main", "code": "no-member", "asked": 20, "granted": 0, "text": "a card is needed"}
    ]
    assert answer["hints"] == []
    assert [each["text"] for each in answer["trace"]] == ["applies: 1.00 off", "a card is needed"]


def test_a_free_unit_is_counted() -> None:
    rules = programme(offer("n", "bundle", "nth_free = { buy = 1, get = 1 }"))
    answer = quote_answer(decide(rules, basket(line(1, 200, quantity="2"))), rules, "en")
    assert answer["lines"][0]["free_units"] == 1
