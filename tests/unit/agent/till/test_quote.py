"""Quotes promise and move nothing."""

import pytest
from till_kit import BANK_CARD, NOW, PROGRAMME, as_sale, card, granted, line, refused

from agent.till.identify import Who
from agent.till.quote import judged, moment, units, whole, with_presented


def tables(till):
    names = [row[0] for row in till.store.database.execute_sql("SELECT name FROM sqlite_master WHERE type='table'")]
    return {name: till.store.database.execute_sql(f"SELECT * FROM {name}").fetchall() for name in names}


def test_a_quote_has_no_effect(till):
    till.lease(till.member(1, [("a", 300)]), 200)
    before = tables(till)
    answer = granted(till.quote(card=card(1), redeem={"main": 150}, id="S-1"))
    assert (answer["to_pay"], answer["spent"]) == (114_900, {"main": 150})
    assert answer["valid_until"] == "2026-11-22T07:30:00Z"
    assert tables(till) == before
    assert till.balance(1).spendable_here == 200


def test_redemption_is_cut_to_what_may_be_spent_here_and_said(till):
    till.lease(till.member(1, [("a", 300)]), 60)
    answer = granted(till.quote(card=card(1), redeem={"main": 150}))
    assert answer["spent"] == {"main": 60}
    assert answer["refused"][0] | {"text": ""} == {
        "what": "points:main", "code": "balance", "asked": 150, "granted": 60, "text": "", "numbers": {"spendable": 60},
    }  # fmt: skip


@pytest.mark.parametrize("status", ["blocked", "not_activated", "frozen-by-a-later-version"])
def test_a_card_that_may_not_spend(till, status):
    till.lease(till.member(1, [("a", 300)], status=status), 200)
    answer = granted(till.quote(card=card(1), redeem={"main": "max"}))
    assert answer["spent"] == {}
    earns = {"main": 64} if status == "not_activated" else {}
    assert {name: earned["points"] for name, earned in answer["earned"].items()} == earns


def test_the_non_member_is_told_what_a_card_would_have_brought(till):
    (hint,) = granted(till.quote())["hints"]
    assert hint["text"] == "С картой вы получили бы 64 балла"


def test_malformed_baskets(till):
    assert refused(till.quote([line(1), line(2), line(1)])) == "line-twice"
    assert refused(till.quote(closed_at="yesterday")) == "bad-moment"
    assert refused(till.quote(card=BANK_CARD)) == "payment-card"
    assert refused(till.quote(card="nobody")) == "not-a-card"


@pytest.mark.parametrize("moment_", ["1970-01-01T00:00:00Z", "2199-12-31T23:59:59Z"])
def test_any_moment_the_calendar_holds_can_be_quoted(till, moment_):
    granted(till.quote(card=card(1), closed_at=moment_))


def test_moment_and_whole(till):
    assert moment(till.desk, as_sale(None)) == NOW
    assert moment(till.desk, as_sale(None, closed_at="2026-11-22T10:14:00+03:00")) == NOW - 60_000
    assert whole(as_sale(None, [line(1), line(2)])) is None


def test_coupons_shown_are_added_to_those_named(till):
    till.scan("CPN-AAAAAAAA")
    sale = with_presented(till.desk, as_sale(None, coupons=["CPN-BBBBBBBB", "CPN-AAAAAAAA"]))
    assert sale.coupons == ("CPN-BBBBBBBB", "CPN-AAAAAAAA")
    assert with_presented(till.desk, as_sale(None)).coupons == ("CPN-AAAAAAAA",)


def test_a_quote_keeps_no_card_number(till):
    answer = granted(till.quote(card=card(1)))
    assert card(1).encode() not in till.desk.quotes.kept[answer["quote"]][1]


def test_units():
    assert units({"main": 5, "stars": 0}) == {"points:main": 5}


def test_the_engine_s_member_of_a_card_nobody_met():
    assert judged(None, {}) is None
    assert judged(Who(member="m", how="scan", masked="", hmac="h"), {}).id == "m"


def test_another_programme_quotes_anew(till):
    first = granted(till.quote(card=card(1)))
    till.reprogramme(PROGRAMME.replace('"5%"', '"10%"'))
    second = granted(till.quote(card=card(1)))
    assert (first["earned"]["main"]["points"], second["earned"]["main"]["points"]) == (64, 129)
    assert first["quote"] != second["quote"]
