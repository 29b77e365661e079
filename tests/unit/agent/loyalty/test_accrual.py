"""Points earned: bases, tax, several offers and multipliers, groups, rounding once or by line."""

from __future__ import annotations

import pytest
from programmes import POINTS, basket, decide, earned, line, offer, programme, trace


@pytest.mark.parametrize(("base", "points"), [("gross", 100), ("net_of_discounts", 80), ("net_of_points", 60)])
def test_bases(base: str, points: int) -> None:
    rules = (
        f'[points.main]\nworth = "100"\nredeem = {{}}\nearn = {{ base = "{base}" }}\n'
        + offer("off", "line", 'percent = "20%"')
        + offer("base", "accrual", 'earn = "10%"')
    )
    assert earned(decide(rules, basket(100000, redeem={"main": 200}))) == points


@pytest.mark.parametrize("base", ["gross", "net_of_discounts"])
def test_free_units_earn_nothing_on_any_base(base: str) -> None:
    rules = programme(
        f'[points.main]\nworth = "100"\nearn = {{ base = "{base}" }}\n'
        + offer("free", "bundle", "nth_free = { buy = 1, get = 1 }")
        + offer("base", "accrual", 'earn = "10%"')
    )
    assert earned(decide(rules, basket(line(1, 20000, quantity="2")))) == 10
    half = programme(
        f'[points.main]\nworth = "100"\nearn = {{ base = "{base}" }}\n'
        + offer("half", "bundle", 'cheapest = { of = 2, off = "50%" }')
        + offer("base", "accrual", 'earn = "10%"')
    )
    assert earned(decide(half, basket(line(1, 20000, quantity="2")))) == {"gross": 20, "net_of_discounts": 15}[base]


def test_tax_excluded_is_exact() -> None:
    rules = '[points.main]\nworth = "100"\nearn = { tax = "excluded" }\n' + offer("base", "accrual", 'earn = "100%"')
    decision = decide(rules, basket(line(1, 12200, tax_rate="22"), line(2, 100, tax_rate="10")))
    assert decision.lines[0].exact["main"] == "100/1"
    assert decision.lines[1].exact["main"] == "10/11"
    assert earned(decision) == 100


def test_offers_add_and_multipliers_multiply_each_other_but_never_fixed_points() -> None:
    rules = POINTS + "".join(
        [
            offer("a", "accrual", 'earn = "5%"'),
            offer("b", "accrual", 'earn = "1%"'),
            offer("fix", "accrual", "earn = { points = 7 }"),
            offer("x2", "accrual", "multiply = 2"),
            offer("x15", "accrual", 'multiply = "1.5"'),
        ]
    )
    decision = decide(rules, basket(10000))
    assert earned(decision) == 6 * 3 + 7
    assert {why.offer: why.exact["main"] for why in decision.lines[0].why} == {
        "a": "5/1",
        "b": "1/1",
        "fix": "7/1",
        "x15": "3/1",
        "x2": "9/1",
    }


def test_a_multiplier_works_on_its_lines() -> None:
    rules = (
        POINTS + offer("base", "accrual", 'earn = "10%"') + offer("x3", "accrual", "multiply = 3", when='lines = "s2"')
    )
    assert [each.earned["main"] for each in decide(rules, basket(10000, 10000)).lines] == [10, 30]


def test_of_a_group_the_best_earn_and_the_best_multiplier() -> None:
    rules = POINTS + "".join(
        [
            offer("a", "accrual", 'earn = "5%"', more='group = "e"'),
            offer("b", "accrual", "earn = { points = 9 }", more='group = "e"'),
            offer("m2", "accrual", "multiply = 2", more='group = "m"'),
            offer("m3", "accrual", "multiply = 3", when='lines = "s1"', more='group = "m"'),
        ]
    )
    decision = decide(rules, basket(10000, 10000))
    assert trace(decision, "b").numbers == {"to": "a"}
    # Twice everything adds 10, three times one of two lines adds 10: a tie, by id.
    assert trace(decision, "m3").code == "group-lost"
    assert earned(decision) == 20


def test_scope_line_rounds_every_line() -> None:
    rules = '[points.main]\nworth = "100"\nearn = { scope = "line" }\n' + offer("base", "accrual", 'earn = "5%"')
    decision = decide(rules, basket(3900, 3900))
    assert [each.earned["main"] for each in decision.lines] == [1, 1]
    assert decision.earned["main"].scope == "line"
    assert earned(decide(rules.replace('"line"', '"receipt"'), basket(3900, 3900))) == 3


@pytest.mark.parametrize(("rounding", "points"), [("floor", 2), ("half_up", 3), ("half_even", 2)])
def test_rounding_is_named(rounding: str, points: int) -> None:
    rules = f'[points.main]\nworth = "100"\nearn = {{ rounding = "{rounding}" }}\n' + offer(
        "base", "accrual", 'earn = "5%"'
    )
    decision = decide(rules, basket(5000))
    assert earned(decision) == points
    assert decision.earned["main"].rounding == rounding


def test_steps_count_on_the_pooled_base_and_are_shared_by_line() -> None:
    rules = POINTS + offer("base", "accrual", 'earn = { points = 10, per = "10.00" }')
    decision = decide(rules, basket(600, 600))
    assert [each.earned["main"] for each in decision.lines] == [5, 5]
    assert [each.exact["main"] for each in decision.lines] == ["6/1", "6/1"]


def test_steps_are_limited_per_sale() -> None:
    rules = POINTS + offer("base", "accrual", "earn = { points = 1, per = 100 }", more="limit = { per_sale = 3 }")
    decision = decide(rules, basket(1050))
    assert earned(decision) == 3
    assert decision.lines[0].exact["main"] == "3/1"


def test_a_percent_above_a_threshold() -> None:
    for mode, points in (("marginal", 50), ("gate", 100)):
        rules = POINTS + offer("base", "accrual", f'earn = {{ percent = "10%", above = 50000, mode = "{mode}" }}')
        assert earned(decide(rules, basket(100000))) == points


def test_excluded_lines_neither_earn_nor_count() -> None:
    rules = '[points.main]\nworth = "100"\nexclude = "group:gift"\n' + offer(
        "base", "accrual", 'earn = "10%"', when="total = 10000"
    )
    decision = decide(rules, basket(line(1, 9000), line(2, 5000, "gift")))
    assert trace(decision, "base").code == "lacks-total"
    assert [each.earned for each in decide(rules, basket(line(1, 10000), line(2, 5000, "gift"))).lines] == [
        {"main": 10},
        {},
    ]


def test_two_currencies() -> None:
    rules = '[points.a]\nworth = "100"\n[points.b]\nworth = "1"\n' + "".join(
        [
            offer("base-a", "accrual", 'earn = { percent = "5%", currency = "a" }'),
            offer("base-b", "accrual", 'earn = { percent = "5%", currency = "b" }'),
            offer("x2", "accrual", 'multiply = { by = 2, currency = "b" }'),
        ]
    )
    decision = decide(rules, basket(10000))
    assert (earned(decision, "a"), earned(decision, "b")) == (5, 1000)


def test_fixed_points_where_nothing_is_left_to_pay() -> None:
    rules = POINTS + offer("free", "line", 'percent = "100%"') + offer("fix", "accrual", "earn = { points = 3 }")
    assert [each.earned["main"] for each in decide(rules, basket(100, 100)).lines] == [2, 1]


def test_nothing_left_to_earn_on() -> None:
    rules = (
        POINTS
        + offer("free", "line", 'percent = "100%"')
        + "".join([offer("per", "accrual", "earn = { points = 1, per = 100 }"), offer("x2", "accrual", "multiply = 2")])
    )
    decision = decide(rules, basket(100))
    assert decision.earned == {}
    assert [trace(decision, name).code for name in ("per", "x2")] == ["nothing-left", "nothing-left"]
