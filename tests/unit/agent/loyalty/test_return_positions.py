"""Unit price x quantity, rounded, is the amount, whatever is returned."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.loyalty.money import rounded
from agent.loyalty.return_positions import positions, quantity_text


@settings(derandomize=True, max_examples=2000)
@given(st.integers(1, 20_000), st.integers(0, 100_000))
def test_positions_multiply_to_their_amounts_and_add_up(thousandths, amount):
    found = positions(7, Fraction(thousandths, 1000), amount, "10")
    assert len(found) <= 2
    assert sum(one.amount for one in found) == amount
    assert sum(Fraction(one.quantity) for one in found) == Fraction(thousandths, 1000)
    for one in found:
        assert min(one.amount, one.unit_price) >= 0
        assert rounded(one.unit_price * Fraction(one.quantity), "half_up") == one.amount
        assert (one.of, one.tax_rate) == (7, "10")


@pytest.mark.parametrize("quantity", [Fraction(1, 3), Fraction(0)])
def test_what_has_no_quantity_is_one_piece(quantity):
    (one,) = positions(1, quantity, 335, None)
    assert (one.quantity, one.unit_price, one.amount) == ("1", 335, 335)


@pytest.mark.parametrize(
    ("value", "text"), [(Fraction(2), "2"), (Fraction(5, 2), "2.5"), (Fraction(2, 3), "0.666"), (Fraction(100), "100")]
)
def test_quantity_text(value, text):
    assert quantity_text(value) == text
