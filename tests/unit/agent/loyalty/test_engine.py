"""evaluate as a whole: blocked cards, days of points, coupons, certificates, explain, and the same bytes every time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
import pytest
from programmes import AT, MEMBER, POINTS, basket, decide, earned, line, member, offer, programme, trace

from agent.loyalty.decision import Refused, Trace
from agent.loyalty.engine import evaluate, explain

BASE = POINTS + offer("base", "accrual", 'earn = "5%"')


def test_a_blocked_card_is_priced_as_nobodys_and_earns_nothing() -> None:
    rules = BASE + offer("card", "line", 'percent = "10%"', when="member = true") + offer("all", "line", "amount = 50")
    decision = decide(rules, basket(10000), member(status="blocked"))
    assert (decision.discount, decision.earned, decision.hints) == (50, {}, ())
    assert [trace(decision, name).code for name in ("card", "base")] == ["card-blocked", "card-blocked"]


def test_a_card_not_activated_earns() -> None:
    assert earned(decide(BASE, basket(10000), member(status="not_activated"))) == 5


def test_nobody_earns_nothing_and_hears_what_a_card_would_have_brought() -> None:
    decision = decide(BASE, basket(10000), None)
    assert decision.earned == {}
    assert decision.hints == (Trace("", "would-earn", {"points": 5, "currency": "main"}),)
    assert trace(decision, "base").code == "no-member"
    assert decision.lines[0].earned == {}


def test_days_of_points_are_the_programmes_calendar() -> None:
    rules = programme(BASE.replace("worth", 'lots = { pending = "14d", expires = "365d" }\nworth'))
    gain = decide(rules, basket(10000)).earned["main"]
    assert (gain.available_from, gain.expires_on) == ("2026-12-06", "2027-11-22")
    # 22:30 UTC is already the next day in Moscow.
    late = evaluate(rules, MEMBER, basket(10000), 1_795_386_600_000, zone=ZoneInfo("UTC")).earned["main"]
    assert late.available_from == "2026-12-07"
    at_once = decide(BASE, basket(10000)).earned["main"]
    assert (at_once.available_from, at_once.expires_on) == (None, None)


def test_hours_are_the_stores() -> None:
    rules = programme(offer("o", "line", 'percent = "10%"', when='hours = "10:00-11:00"'))
    assert evaluate(rules, None, basket(1000), AT).discount == 100
    assert evaluate(rules, None, basket(1000), AT, zone=ZoneInfo("Asia/Vladivostok")).discount == 0


def test_coupons_that_did_not_act_are_refused_with_the_reason() -> None:
    rules = programme(
        offer("spring", "coupon", 'percent = "10%"', when='coupon = "SPRING"')
        + offer("late", "coupon", 'percent = "10%"', when='coupon = "LATE", dates = "2026-01-01"')
        + offer("pizza", "coupon", 'percent = "10%"', when='coupon = "PIZZA", lines = "group:pizza"')
    )
    decision = decide(rules, basket(1000, coupons=("SPRING", "LATE", "PIZZA", "NOBODY", "NOBODY")))
    assert decision.discount == 100
    assert [(each.what, each.code) for each in decision.refused] == [
        ("coupon:LATE", "other-date"),
        ("coupon:PIZZA", "no-lines"),
        ("coupon:NOBODY", "unknown-coupon"),
    ]


def test_certificates_are_refused_in_words() -> None:
    assert decide("", basket(1000, certificates=("C1",))).refused == (Refused("certificate:C1", "not-yet"),)


def test_explain_answers_for_offers_the_index_dropped() -> None:
    rules = programme(
        offer("here", "line", 'percent = "10%"', when='lines = "s1"')
        + offer("there", "line", 'percent = "10%"', when='lines = "group:pizza"')
        + offer("far", "basket", 'percent = "10%"', when="total = 10000000")
        + offer("coupon", "coupon", 'percent = "10%"', when='coupon = "X"')
    )
    sale = basket(1000)
    decision = decide(rules, sale)
    assert [each.offer for each in decision.trace] == ["here"]
    said = {
        name: explain(decision, name, programme=rules, inputs=(MEMBER, sale, None)).code
        for name in ("here", "there", "far", "coupon", "nobody")
    }
    assert said == {
        "here": "applied",
        "there": "no-lines",
        "far": "lacks-total",
        "coupon": "no-coupon",
        "nobody": "unknown-offer",
    }


def test_the_decision_names_its_programme() -> None:
    rules = programme(BASE)
    decision = decide(rules, basket(1000))
    assert (decision.programme, decision.version, decision.hash, decision.at) == ("test", 1, rules.hash, AT)
    assert len(rules.hash) == 64


def test_the_same_input_gives_the_same_bytes() -> None:
    sale = basket(line(1, 1000, "a", "b"), line(2, 333, "b"), redeem={"main": "max"})
    made = {
        msgspec.json.encode(
            decide(
                programme(BASE + offer("o", "line", 'percent = "7.5%"', when='lines = ["group:b", "group:a"]')), sale
            )
        )
        for _ in range(3)
    }
    assert len(made) == 1


def test_a_moment_outside_the_calendar() -> None:
    with pytest.raises(ValueError, match="1970"):
        decide(BASE, basket(1), at=-1)
