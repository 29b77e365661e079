import pytest

from agent.messages.figures import THIN, Shown, money, plural


@pytest.mark.parametrize(
    ("count", "noun"),
    [
        (0, "чеков"),
        (1, "чек"),
        (2, "чека"),
        (5, "чеков"),
        (11, "чеков"),
        (12, "чеков"),
        (21, "чек"),
        (104, "чека"),
        (111, "чеков"),
    ],
)
def test_russian_plurals(count, noun):
    assert plural(count, "ru", "чек|чека|чеков") == noun


@pytest.mark.parametrize(("count", "noun"), [(0, "sales"), (1, "sale"), (2, "sales"), (21, "sales")])
def test_english_plurals(count, noun):
    assert plural(count, "en", "sale|sales") == noun


@pytest.mark.parametrize(
    ("amount", "ru", "en"),
    [(0, "0,00", "0.00"), (5, "0,05", "0.05"), (-150, "-1,50", "-1.50"), (114900, f"1{THIN}149,00", "1,149.00")],
)
def test_money(amount, ru, en):
    assert (money(amount, "ru"), money(amount, "en")) == (ru, en)


def test_a_field_in_a_template():
    assert f"{Shown(5, 'ru'):чек|чека|чеков}" == "5 чеков"
    assert f"{Shown(114900, 'en'):money}" == "1,149.00"
    assert f"{Shown('x' * 500, 'en')}" == "x" * 119 + "…"
