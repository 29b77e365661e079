"""Order of offers, groups of which one wins, offers that stand alone, a card that never makes a bill dearer."""

from __future__ import annotations

import pytest
from programmes import basket, decide, discounts, line, member, offer, programme, trace

from agent.loyalty import discounting

ALONE = "alone = true"


def codes(decision: object) -> dict[str, str]:
    return {each.offer: each.code for each in decision.trace}  # type: ignore[attr-defined]


def test_phases_then_priority_then_id() -> None:
    rules = (
        offer("z", "coupon", 'percent = "10%"')
        + offer("b", "line", 'percent = "10%"')
        + offer("a", "line", 'percent = "10%"')
        + offer("c", "line", 'percent = "10%"', more="priority = 5")
        + offer("p", "price", "price = 9000")
    )
    assert [each.offer for each in decide(rules, basket(10000)).lines[0].why] == ["p", "c", "a", "b", "z"]


def test_of_the_initial_amount() -> None:
    rules = offer("a", "line", 'percent = "50%"') + offer("b", "line", 'percent = "40%"', more='of = "initial"')
    assert discounts(decide(rules, basket(1000))) == [900]
    rules += offer("c", "line", 'percent = "40%"', more='of = "initial"')
    assert discounts(decide(rules, basket(1000))) == [1000]


def test_of_a_group_the_best_wins_where_its_first_stands() -> None:
    rules = (
        offer("small", "line", "amount = 100", more='group = "g"\npriority = 9')
        + offer("middle", "line", 'percent = "10%"')
        + offer("big", "line", "amount = 300", more='group = "g"')
    )
    decision = decide(rules, basket(10000))
    assert [each.offer for each in decision.lines[0].why] == ["big", "middle"]
    assert decision.discount == 300 + 970
    assert trace(decision, "small").numbers == {"to": "big", "discount": 100}
    assert codes(decision)["small"] == "group-lost"


def test_ties_of_a_group_go_by_priority_then_id() -> None:
    rules = "".join(offer(name, "line", "amount = 100", more='group = "g"') for name in ("b", "a"))
    assert codes(decide(rules, basket(1000))) == {"a": "applied", "b": "group-lost"}


def test_groups_of_one_name_in_another_phase_are_refused() -> None:
    from programmes import faults

    rules = offer("a", "line", "amount = 1", more='group = "g"') + offer(
        "b", "basket", "amount = 1", more='group = "g"'
    )
    assert any("another phase" in each for each in faults(rules))


def test_alone_takes_untouched_lines_and_closes_them() -> None:
    rules = (
        offer("first", "price", "amount = 10", when='lines = "s1"')
        + offer("yellow", "line", 'percent = "30%"', more=ALONE)
        + offer("card", "basket", 'percent = "10%"')
    )
    decision = decide(rules, basket(1000, 1000))
    assert discounts(decision) == [10 + 99, 300]
    assert codes(decision)["yellow"] == "applied"


def test_alone_gives_way_where_the_rest_gives_more() -> None:
    rules = (
        offer("yellow", "line", 'percent = "15%"', more=ALONE)
        + offer("a", "basket", 'percent = "10%"')
        + offer("b", "basket", 'percent = "10%"')
    )
    decision = decide(rules, basket(1000))
    assert decision.discount == 190
    assert trace(decision, "yellow").numbers == {"discount": 150, "without": 190}


def test_alone_stands_when_it_gives_as_much() -> None:
    rules = offer("yellow", "line", 'percent = "10%"', more=ALONE) + offer("a", "basket", 'percent = "10%"')
    assert codes(decide(rules, basket(1000))) == {"yellow": "applied", "a": "closed"}


def test_alone_is_weighed_against_the_next_best_of_its_group() -> None:
    rules = (
        offer("yellow", "line", 'percent = "15%"', more=f'{ALONE}\ngroup = "g"')
        + offer("next", "line", 'percent = "12%"', more='group = "g"')
        + offer("card", "basket", 'percent = "10%"')
    )
    decision = decide(rules, basket(1000))
    assert decision.discount == 120 + 88
    assert codes(decision) == {"yellow": "alone-worse", "next": "applied", "card": "applied"}


def test_alone_offers_are_weighed_against_each_other() -> None:
    rules = offer("less", "line", 'percent = "10%"', more=f"{ALONE}\npriority = 1") + offer(
        "more", "line", 'percent = "20%"', more=ALONE
    )
    assert codes(decide(rules, basket(1000))) == {"less": "alone-worse", "more": "applied"}


def test_many_alone_offers_on_lines_of_their_own() -> None:
    rules = "".join(offer(f"a{n}", "line", 'percent = "30%"', when=f'lines = "s{n}"', more=ALONE) for n in range(1, 61))
    rules += offer("card", "basket", 'percent = "10%"')
    decision = decide(rules, basket(*[1000] * 60))
    assert decision.discount == 60 * 300


def test_beyond_its_measure_of_work_an_alone_offer_simply_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = programme(
        offer("yellow", "line", 'percent = "5%"', more=ALONE) + offer("card", "basket", 'percent = "10%"')
    )
    assert codes(decide(rules, basket(1000)))["yellow"] == "alone-worse"
    monkeypatch.setattr(discounting, "MAX_REHEARSED", 0)
    assert codes(decide(rules, basket(1000)))["yellow"] == "applied"


def test_a_card_never_makes_a_bill_dearer() -> None:
    rules = programme(
        '[[tier]]\nid = "gold"\n'
        # The member's group winner is worth most where the group stands, and spoils a larger discount after it.
        + offer("gold", "line", "amount = 200", when='tier = "gold"', more='group = "g"')
        + offer("all", "line", "amount = 100", when='lines = "s2"', more='group = "g"')
        + offer("set", "basket", "amount = 500", when='total = { from = 1900, of = "left" }')
    )
    assert decide(rules, basket(1000, 1000), None).to_pay == 1400
    decision = decide(rules, basket(1000, 1000), member(tier="gold"))
    assert decision.to_pay == 1400
    assert codes(decision) == {"gold": "card-dearer", "all": "applied", "set": "applied"}


def test_an_offer_for_those_without_a_card_makes_the_card_no_dearer() -> None:
    rules = offer("nobody", "line", 'percent = "10%"', when="member = false")
    assert decide(rules, basket(1000)).to_pay == decide(rules, basket(1000), None).to_pay == 900


def test_price_floors_bind_discounts() -> None:
    rules = offer("half", "line", 'percent = "50%"')
    decision = decide(rules, basket(line(1, 300, quantity="3", min_price=80), line(2, 300)))
    assert discounts(decision) == [60, 150]
