"""The Decision's lines: why, free units, redeemed points by line, fiscal positions."""

from __future__ import annotations

from programmes import POINTS, basket, decide, line, offer


def test_whys_name_offer_sum_and_numbers() -> None:
    decision = decide(offer("o", "line", 'percent = "7.5%"'), basket(1000))
    (why,) = decision.lines[0].why
    assert (why.offer, why.discount, why.code, why.numbers) == ("o", 75, "percent", {"percent": "7.5"})


def test_why_names_the_free_unit() -> None:
    decision = decide(
        offer("o", "bundle", "nth_free = { buy = 2, get = 1 }"), basket(line(1, 400, quantity="2"), line(5, 100))
    )
    assert [each.discount for each in decision.lines] == [80, 20]
    assert decision.lines[0].why[0].numbers == {"buy": 2, "get": 1, "free": 1, "lines": "5"}
    assert [each.free_units for each in decision.lines] == [0, 1]


def test_cheaper_units_are_not_free_units() -> None:
    decision = decide(offer("o", "bundle", 'cheapest = { of = 2, off = "50%" }'), basket(line(1, 400, quantity="2")))
    assert (decision.discount, decision.lines[0].free_units) == (100, 0)


def test_redeemed_points_lie_on_lines_by_what_they_paid() -> None:
    decision = decide(POINTS + "redeem = {}\n", basket(1000, 2000, redeem={"main": 10}))
    assert [each.redeemed for each in decision.lines] == [333, 667]
    assert [each.points["main"] for each in decision.lines] == [3, 7]
    assert decision.lines[0].why[0].numbers == {"currency": "main"}


def test_fiscal_positions_keep_the_price_where_points_are_a_tender() -> None:
    for kind, price in (("discount", 900), ("tender", 1000)):
        decision = decide(POINTS + f'redeem = {{ as = "{kind}" }}\n', basket(1000, redeem={"main": 1}))
        assert (decision.to_pay, decision.fiscal_lines[0].unit_price) == (900, price)


def test_lines_no_offer_touched_are_plain() -> None:
    (only,) = decide("", basket(1000)).lines
    assert (only.why, only.earned, only.exact, only.points, only.to_pay) == ((), {}, {}, {}, 1000)
