"""Names and figures as the shop says them."""

import pytest
from till_kit import NOW, PROGRAMME, as_sale, line

from agent.loyalty.engine import evaluate
from agent.loyalty.member import Member
from agent.runtime.wiring import compiled
from agent.till.naming import counted, earned_because, grouped, tier_name

SCALED = PROGRAMME.replace('worth = "100"', 'worth = "100"\nscale = 1')


@pytest.mark.parametrize(
    ("points", "ru", "en"),
    [
        (0, "0 баллов", "0 points"),
        (1, "1 балл", "1 point"),
        (57, "57 баллов", "57 points"),
        (101, "101 балл", "101 points"),
        (12_304, "12\u202f304 балла", "12,304 points"),
    ],
)
def test_points_carry_their_noun(points, ru, en):
    programme = compiled(PROGRAMME, "p")
    assert (counted(programme, "main", points, "ru"), counted(programme, "main", points, "en")) == (ru, en)


def test_tenths_of_points():
    programme = compiled(SCALED, "p")
    assert counted(programme, "main", 265, "ru") == "26,5 балла"
    assert counted(programme, "main", 265, "en") == "26.5 points"
    assert counted(programme, "main", 210, "ru") == "21 балл"


def test_a_currency_that_is_gone_keeps_a_plain_noun():
    assert counted(compiled(PROGRAMME, "p"), "stars", 5, "ru") == "5 баллов"


def test_grouped():
    assert (grouped("1234567.5", "ru"), grouped("1234567.5", "en")) == ("1\u202f234\u202f567,5", "1,234,567.5")


def test_tiers():
    programme = compiled(PROGRAMME, "p")
    assert tier_name(programme, "gold", "ru") == "Золотой"
    assert tier_name(programme, "gold", "en") == "Gold"
    assert tier_name(programme, "forgotten", "ru") == "forgotten"
    assert tier_name(programme, None, "ru") == ""


def because(text, lang="ru", lines=None):
    programme = compiled(text, "p")
    decision = evaluate(programme, Member(id="m"), as_sale(None, lines or [line(1, 114_900)]), NOW)
    return earned_because(decision, programme, "main", lang)


def test_why_says_what_was_counted():
    assert because(PROGRAMME) == ["5 % от 1\u202f149,00"]
    assert because(PROGRAMME, "en") == ["5 % of 1,149.00"]
    assert because(PROGRAMME, lines=[line(1, 10_000), line(2, 5_050), line(3, 99_900, groups=["tobacco"])]) == [
        "5 % от 150,50"
    ]


def test_why_says_an_offers_own_name_the_most_points_first():
    text = (
        PROGRAMME + '[[offer]]\nid = "more"\nname.ru = "Вкусный вторник"\nphase = "accrual"\nthen = { earn = "10%" }\n'
    )
    assert because(text) == ["Вкусный вторник", "5 % от 1\u202f149,00"]


def test_why_of_steps():
    text = PROGRAMME.replace('earn = "5%"', 'earn = { points = 1, per = "10.00" }')
    (said,) = because(text)
    assert said.startswith("1 балл за каждые 10,00")


def test_nothing_earned_for_nothing():
    assert because(PROGRAMME, lines=[line(1, 1000, groups=["tobacco"])]) == []
