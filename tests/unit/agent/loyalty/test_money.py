"""Whole minor units: rounding by name, and parts that always sum up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.loyalty.money import ceil_divide, divide, rounded, split, split_within

CALM = settings(derandomize=True, deadline=None, max_examples=300)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("num", "den", "floor", "half_up", "half_even"),
    [(5, 2, 2, 3, 2), (7, 2, 3, 4, 4), (149, 100, 1, 1, 1), (151, 100, 1, 2, 2), (0, 7, 0, 0, 0), (6, 3, 2, 2, 2)],
)
def test_roundings(num: int, den: int, floor: int, half_up: int, half_even: int) -> None:
    assert [divide(num, den, how) for how in ("floor", "half_up", "half_even")] == [floor, half_up, half_even]
    assert rounded(Fraction(num, den), "half_even") == half_even


def test_ceil() -> None:
    assert [ceil_divide(n, 3) for n in (0, 1, 3, 4)] == [0, 1, 1, 2]


def test_ties_of_remainders_go_to_the_first() -> None:
    assert split(1, [1, 1, 1]) == [1, 0, 0]
    assert split(2, [1, 1, 1]) == [1, 1, 0]


def test_nothing_cannot_be_split_over() -> None:
    assert split(0, [0, 0]) == [0, 0]
    with pytest.raises(ValueError, match="over nothing"):
        split(1, [0, 0])


@CALM
@given(st.integers(0, 10**9), WEIGHTS)
def test_parts_sum_up_and_stay_within_one_of_the_exact_share(amount: int, weights: list[int]) -> None:
    if not sum(weights):
        return
    parts = split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1


@CALM
@given(
    st.integers(0, 10**7), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**5)), min_size=1, max_size=12)
)
def test_no_part_is_above_its_room_and_the_surplus_moves_on(amount: int, pairs: list[tuple[int, int]]) -> None:
    weights, rooms = [list(side) for side in zip(*pairs, strict=True)]
    parts = split_within(amount, weights, rooms)
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))
    assert sum(parts) == min(amount, sum(room for weight, room in pairs if weight))


def test_surplus_is_shared_by_weight() -> None:
    assert split_within(100, [50, 30, 20], [10, 100, 100]) == [10, 54, 36]
