"""The worked numbers every engine must agree on: one test a row, rows that need only the engine."""

from __future__ import annotations

import pytest
from programmes import POINTS, basket, decide, discounts, earned, line, member, offer, programme

from agent.loyalty.member import Points

WORTH_ONE = POINTS


def test_row_01_a_point_per_whole_sum_over_two_lines() -> None:
    rules = WORTH_ONE + offer("base", "accrual", 'earn = { points = 1, per = "1.00" }')
    decision = decide(rules, basket(5000, 5000))
    assert earned(decision) == 100
    assert [each.earned["main"] for each in decision.lines] == [50, 50]
    assert [each.exact["main"] for each in decision.lines] == ["50/1", "50/1"]


@pytest.mark.parametrize(("base", "points"), [("gross", 265), ("net_of_points", 165)])
def test_row_04_tenths_of_points_and_a_redemption(base: str, points: int) -> None:
    rules = f'[points.main]\nworth = "100"\nscale = 1\nredeem = {{}}\nearn = {{ base = "{base}" }}\n' + offer(
        "base", "accrual", 'earn = { points = "0.1", per = "1.00" }'
    )
    decision = decide(rules, basket(26500, redeem={"main": 1000}))
    assert decision.to_pay == 16500
    assert earned(decision) == points


def test_row_05_a_capped_percent() -> None:
    decision = decide(offer("all", "line", 'percent = { off = "100%", max = "40.00" }'), basket(2500, 3000))
    assert discounts(decision) == [1818, 2182]


def test_row_06_basket_then_what_is_left_of_a_line() -> None:
    rules = offer("first", "basket", 'percent = "10%"', more="priority = 1") + offer(
        "second", "basket", 'percent = "10%"', when='lines = "b"'
    )
    decision = decide(rules, basket(line(1, 2500, quantity="5", sku="a"), line(2, 500, sku="b")))
    assert discounts(decision) == [250, 50 + 45]
    assert decision.to_pay == 2655


def test_row_07_ten_percents_one_after_another() -> None:
    rules = "".join(offer(f"o{n}", "basket", 'percent = "10%"') for n in range(10))
    assert decide(rules, basket(10000)).to_pay == 3487


def test_row_08_largest_remainder_of_three() -> None:
    decision = decide(offer("off", "basket", "amount = 299"), basket(4300, 1400, 2300))
    assert discounts(decision) == [161, 52, 86]


def test_row_09_ties_of_remainders_go_by_line() -> None:
    decision = decide(offer("off", "basket", "amount = 93"), basket(1000, 2000, 1000, 3000, 5000, 2000, 1000, 4000))
    assert discounts(decision) == [5, 10, 5, 15, 24, 10, 5, 19]


def test_row_10_the_exact_points_are_taken_without_the_step() -> None:
    decision = decide(WORTH_ONE + offer("base", "accrual", "earn = { points = 1, per = 1000 }"), basket(2190))
    assert earned(decision) == 2
    assert decision.lines[0].exact["main"] == "219/100"


@pytest.mark.parametrize(("worth", "points", "parts"), [("1", 592, [372, 220, 0]), ("100", 5, [314, 186, 0])])
def test_row_12_at_most_a_share_of_what_is_eligible(worth: str, points: int, parts: list[int]) -> None:
    rules = f'[points.main]\nworth = "{worth}"\nredeem = {{ max_share = "30%" }}\nexclude = "group:tobacco"\n'
    decision = decide(rules, basket(line(1, 1240), line(2, 735), line(3, 990, "tobacco"), redeem={"main": "max"}))
    assert decision.spent == {"main": points}
    assert [each.redeemed for each in decision.lines] == parts
    assert sum(each.points.get("main", 0) for each in decision.lines) == points


@pytest.mark.parametrize(
    ("amount", "marginal", "gate"), [(1745, 24, 34), (599, 0, 10), (600, 2, 12), (500, 0, 0), (501, 0, 10)]
)
def test_row_13_thresholds(amount: int, marginal: int, gate: int) -> None:
    for mode, points in (("marginal", marginal), ("gate", gate)):
        rules = WORTH_ONE + offer(
            "base", "accrual", f'earn = {{ points = 2, per = "1.00", above = "5.00", mode = "{mode}" }}'
        )
        assert earned(decide(rules, basket(amount))) == points


def test_row_14_buy_two_get_one() -> None:
    rules = programme(offer("two-one", "bundle", "nth_free = { buy = 2, get = 1 }"))
    free = [decide(rules, basket(line(1, 100 * n, quantity=str(n)))) for n in range(1, 11)]
    assert [each.lines[0].free_units for each in free] == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3]
    assert [each.discount for each in free] == [0, 0, 100, 100, 100, 200, 200, 200, 300, 300]


def test_row_15_buy_five_get_one() -> None:
    rules = programme(offer("five-one", "bundle", "nth_free = { buy = 5, get = 1 }"))
    free = [decide(rules, basket(line(1, 100 * n, quantity=str(n)))).lines[0].free_units for n in (5, 6, 11, 12)]
    assert free == [0, 1, 1, 2]


def test_row_16_points_pay_with_tax_inside() -> None:
    rules = '[points.main]\nworth = "100"\nscale = 2\nredeem = {}\n' + offer("base", "accrual", 'earn = "1%"')
    decision = decide(rules, basket(line(1, 33900, tax_rate="15"), line(2, 16100, tax_rate="15")))
    assert earned(decision) == 500
    assert [each.earned["main"] for each in decision.lines] == [339, 161]
    rich = member(points={"main": Points(spendable=500)})
    paid = decide(rules, basket(line(1, 2000, tax_rate="15"), redeem={"main": 500}), rich)
    assert (paid.redeemed, paid.to_pay) == (500, 1500)


def test_row_17_ten_percent_back_on_money() -> None:
    rules = '[points.main]\nworth = "100"\nredeem = { as = "tender" }\n' + offer("base", "accrual", 'earn = "10%"')
    decision = decide(rules, basket(10000, redeem={"main": 40}))
    assert (decision.redeemed, decision.to_pay, earned(decision)) == (4000, 6000, 6)


def test_row_18_a_tier_is_a_condition() -> None:
    rules = programme(
        '[[tier]]\nid = "silver"\n[[tier]]\nid = "gold"\n'
        + offer("gold", "line", 'percent = "10%"', when='tier = ["gold"]')
        + offer("silver", "line", 'percent = "5%"', when='tier = "silver"')
    )
    paid = [decide(rules, basket(10000), member(tier=tier)).to_pay for tier in (None, "silver", "gold")]
    assert paid == [10000, 9500, 9000]


def test_row_21_one_rounding_over_a_hundred_lines() -> None:
    rules = WORTH_ONE + offer("base", "accrual", 'earn = "5%"')
    decision = decide(rules, basket(*[199] * 100))
    assert earned(decision) == 9
    assert {each.exact["main"] for each in decision.lines} == {"199/2000"}


def test_row_22_a_bundle_is_booked_over_its_set() -> None:
    decision = decide(
        offer("five-one", "bundle", "nth_free = { buy = 5, get = 1 }"), basket(line(1, 60000, quantity="6"))
    )
    assert (decision.to_pay, decision.lines[0].discount) == (50000, 10000)


def test_row_23_one_rounding_at_the_end() -> None:
    rules = WORTH_ONE + offer("base", "accrual", 'earn = "2.5%"') + offer("x2", "accrual", 'multiply = "2"')
    assert earned(decide(rules, basket(10050))) == 5


def test_row_25_earn_offers_first_then_multipliers() -> None:
    rules = WORTH_ONE + offer("a-gold", "accrual", 'multiply = "2"') + offer("base", "accrual", 'earn = "5%"')
    decision = decide(rules, basket(20000))
    assert earned(decision) == 20
    assert {why.offer: why.earned["main"] for why in decision.lines[0].why} == {"base": 10, "a-gold": 10}
