"""Whatever a checked programme says and whatever a POS sends: no exception, no negative, every sum agrees, and again the same bytes."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import msgspec
from any_programme import MEMBERS, documents, sales
from examples import examples
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.loyalty.answer import quote_answer
from agent.loyalty.decision import Decision
from agent.loyalty.engine import evaluate, explain
from agent.loyalty.member import Member
from agent.loyalty.programme.reader import compile_document
from agent.loyalty.programme.values import Programme
from agent.loyalty.sale import Sale
from agent.toml_lines import Lines

MOMENTS = st.integers(0, 7_258_118_399_999)


def compiled(document: dict[str, Any]) -> Programme:
    reading = compile_document(document, Lines(), "any.toml")
    # Too many `alone` offers, or an empty step's worth, are refused: then there is nothing to run.
    assume(reading.programme is not None)
    assert reading.programme is not None
    return reading.programme


@examples(700)
@given(documents(), sales(), MEMBERS, MOMENTS)
def test_every_sum_agrees(document: dict[str, Any], sale: Sale, member: Member | None, at: int) -> None:
    programme = compiled(document)
    decision = evaluate(programme, member, sale, at)
    check_money(decision, sale)
    check_points(decision)
    check_fiscal(decision, sale, programme)
    assert msgspec.json.encode(evaluate(programme, member, sale, at)) == msgspec.json.encode(decision)
    for lang in ("ru", "en"):
        assert msgspec.json.encode(quote_answer(decision, programme, lang))


def check_money(decision: Decision, sale: Sale) -> None:
    assert decision.total == sum(line.amount for line in sale.lines)
    assert decision.total - decision.discount - decision.redeemed == decision.to_pay
    assert sum(decision.worth.values()) == decision.redeemed
    for key in ("discount", "redeemed", "to_pay"):
        assert sum(getattr(line, key) for line in decision.lines) == getattr(decision, key)
    for stated, line in zip(sale.lines, decision.lines, strict=True):
        assert (line.n, line.amount) == (stated.n, stated.amount)
        assert line.amount - line.discount - line.redeemed == line.to_pay
        assert min(line.discount, line.redeemed, line.to_pay) >= 0
        assert sum(why.discount for why in line.why) == line.discount
        assert sum(why.redeemed for why in line.why) == line.redeemed
        if stated.min_price is not None:
            floor = Fraction(stated.min_price) * Fraction(stated.quantity)
            assert line.amount - line.discount >= min(floor, line.amount)


def check_points(decision: Decision) -> None:
    sums: defaultdict[str, int] = defaultdict(int)
    spent: defaultdict[str, int] = defaultdict(int)
    for line in decision.lines:
        for currency, points in line.earned.items():
            assert points > 0
            assert sum(why.earned.get(currency, 0) for why in line.why) == points
            sums[currency] += points
        for currency, text in line.exact.items():
            exact = sum((Fraction(why.exact[currency]) for why in line.why if currency in why.exact), Fraction(0))
            assert exact == Fraction(text) >= 0
        for currency, points in line.points.items():
            spent[currency] += points
    assert {currency: gain.points for currency, gain in decision.earned.items()} == dict(sums)
    assert decision.spent == dict(spent)


def check_fiscal(decision: Decision, sale: Sale, programme: Programme) -> None:
    redeem = programme.currencies[0].redeem
    assert redeem is not None
    as_tender = redeem.tender
    amounts: defaultdict[int, int] = defaultdict(int)
    quantities: defaultdict[int, Fraction] = defaultdict(Fraction)
    for fiscal in decision.fiscal_lines:
        exact = Decimal(fiscal.unit_price) * Decimal(fiscal.quantity)
        assert int(exact.to_integral_value(ROUND_HALF_UP)) == fiscal.amount
        assert fiscal.unit_price >= 0
        amounts[fiscal.of] += fiscal.amount
        quantities[fiscal.of] += Fraction(fiscal.quantity)
    assert sum(amounts.values()) == decision.to_pay + (decision.redeemed if as_tender else 0)
    for stated, line in zip(sale.lines, decision.lines, strict=True):
        if Fraction(stated.quantity):
            assert quantities[line.n] == Fraction(stated.quantity)
        assert 0 <= amounts[line.n] <= max(stated.amount, line.to_pay)


@examples(200)
@given(documents(), sales(), MEMBERS)
def test_a_card_never_makes_a_bill_dearer(document: dict[str, Any], sale: Sale, member: Member | None) -> None:
    programme = compiled(document)
    with_card = evaluate(programme, member, sale, 1_795_331_700_000)
    without = evaluate(programme, None, sale, 1_795_331_700_000)
    assert with_card.discount >= without.discount


@examples(200)
@given(documents(), sales(), MEMBERS)
def test_every_offer_can_be_explained(document: dict[str, Any], sale: Sale, member: Member | None) -> None:
    programme = compiled(document)
    decision = evaluate(programme, member, sale, 1_795_331_700_000)
    for offer in programme.offers:
        said = explain(decision, offer.id, programme=programme, inputs=(member, sale, None))
        assert said.offer == offer.id
        assert said.code
