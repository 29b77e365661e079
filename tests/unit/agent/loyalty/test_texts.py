"""Words for codes, in both languages, with every code the engine can give."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from programmes import POINTS, offer, programme

from agent.loyalty.texts import TRACE, WHY, Speaker

RULES = programme(
    POINTS
    + offer("named", "line", "amount = 1", more='name.ru = "Скидка дня"\nname.en = "Deal of the day"')
    + offer("bare", "line", "amount = 1")
)
RU, EN = Speaker(RULES, "ru"), Speaker(RULES, "en")


def test_an_offers_own_name_goes_first() -> None:
    assert (RU.why("named", "amount", {"off": 1}), EN.why("named", "amount", {})) == ("Скидка дня", "Deal of the day")
    assert EN.why("bare", "amount", {"off": 123450, "per": "offer"}) == "1,234.50 off"
    assert RU.why("bare", "amount", {"off": 123450, "per": "unit"}) == "Скидка 1\N{NO-BREAK SPACE}234,50 за штуку"


@pytest.mark.parametrize(
    ("code", "numbers", "ru", "en"),
    [
        ("percent", {"percent": "7.5"}, "Скидка 7,5 %", "7.5 % off"),
        ("earn-percent", {"percent": "5", "currency": "main"}, "5 % баллами", "5 % in points"),
        (
            "earn-per",
            {"points": 2, "per": 100, "currency": "main"},
            "2 балла за каждые 1,00",
            "2 points for every 1.00",
        ),
        ("earn-fixed", {"points": 21, "currency": "main"}, "21 балл за покупку", "21 points for the purchase"),
        ("multiply", {"by": "1.5", "currency": "main"}, "Баллы ×1,5", "points ×1.5"),
        ("nth_free", {"buy": 5, "get": 1, "free": 2}, "5+1, бесплатно: 2", "5+1, free: 2"),
        ("nth_free", {"buy": 2, "get": 1, "percent": "50"}, "Каждый 3-й: −50 %", "50 % off 1 in 3"),
        ("redeem", {"currency": "main"}, "Оплачено баллами", "Paid in points"),
        ("price", {"price": 9900, "per": "unit"}, "Цена 99,00", "Price 99.00"),
        ("bundle", {"units": 3, "price": 30000}, "3 за 300,00", "3 for 300.00"),
    ],
)
def test_why(code: str, numbers: dict[str, str | int], ru: str, en: str) -> None:
    assert (RU.why("", code, numbers), EN.why("", code, numbers)) == (ru, en)


def test_traces() -> None:
    assert EN.trace("bare", "applied", {"discount": 100}) == "applies: 1.00 off"
    assert RU.trace("bare", "applied", {"points": 5, "currency": "main"}) == "действует: 5 баллов"
    assert RU.trace("bare", "lacks-quantity", {"lacks": 1, "need": 3}) == "не хватает 1 шт. до 3"
    assert EN.trace("named", "nearly", {"lacks": 12000, "need": 1}) == "120.00 more and Deal of the day applies"
    assert EN.trace("bare", "a-code-of-tomorrow", {}) == "a-code-of-tomorrow"


def test_points_with_decimals_and_without_a_name() -> None:
    tenths = programme('[points.main]\nworth = "100"\nscale = 1\nname.ru = ["балл", "балла", "баллов"]\n')
    assert Speaker(tenths, "ru").points(265, "main") == "26,5 балла"
    assert Speaker(tenths, "ru").points(10, "main") == "1 балл"
    unnamed = programme('[points.main]\nworth = "100"\n')
    assert (Speaker(unnamed, "en").points(5, ""), Speaker(unnamed, "ru").points(5, "main")) == ("5 points", "5 баллов")
    assert EN.points(5, "other") == "5"


def test_other_names_than_points_stand_in_brackets() -> None:
    miles = programme('[points.main]\nworth = "100"\nname.ru = ["миля", "мили", "миль"]\n')
    assert Speaker(miles, "ru").why("", "redeem", {"currency": "main"}) == "Оплачено баллами (миль)"


def test_yen_have_no_decimals() -> None:
    yen = programme("", '[programme]\nid = "y"\nversion = 1\ncurrency = "JPY"\n')
    assert (Speaker(yen, "en").money(1234567), Speaker(yen, "ru").money(5)) == ("1,234,567", "5")


def test_every_code_the_engine_writes_has_words() -> None:
    source = Path(__file__).parents[4] / "agent" / "loyalty"
    text = "".join(
        (source / f"{name}.py").read_text()
        for name in ("scene", "candidates", "discounting", "redemption", "accrual", "engine", "hints")
    )
    codes = set(
        re.findall(r'"((?:no|not|other|lacks|over|card|alone|group|nothing|below|unknown|would|max)-[a-z]+)"', text)
    )
    codes |= {f"{side}-{what}" for side in ("lacks", "over") for what in ("total", "quantity")}
    assert len(codes) > 25
    assert codes <= set(TRACE), sorted(codes - set(TRACE))


def test_both_languages_take_the_same_fields() -> None:
    for table in (WHY, TRACE):
        for code, (ru, en) in table.items():
            mine = [set(re.findall(r"{(\w+)}", text)) - {"points_by", "points_many"} for text in (ru, en)]
            assert mine[0] == mine[1], code
