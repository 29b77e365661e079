"""Shares of lines: exact whatever mixture of pieces and sums."""

from fractions import Fraction

import pytest

from agent.loyalty.decision import LineResult, Refused
from agent.loyalty.returned import ReturnedLine, shares

LINES = {1: LineResult(1, "3", 100, 0, 0, 100), 2: LineResult(2, "0.355", 0, 0, 0, 0)}


def test_pieces_and_sums_add_up_as_fractions():
    after = shares(LINES, [ReturnedLine(1, "1"), ReturnedLine(1, amount=10)], {})
    assert after == {1: Fraction(1, 3) + Fraction(1, 10)}
    assert shares(LINES, [ReturnedLine(2, "0.355")], after)[2] == 1


def test_the_state_before_is_left_alone():
    before = {1: Fraction(1, 3)}
    shares(LINES, [ReturnedLine(1, "1")], before)
    assert before == {1: Fraction(1, 3)}


@pytest.mark.parametrize(
    ("asked", "whole"),
    [
        (ReturnedLine(1, amount=67), True),
        (ReturnedLine(1, amount=68), False),
        (ReturnedLine(1, "2"), True),
        (ReturnedLine(1, "2.001"), False),
    ],
)
def test_rounded_up_to_the_smallest_unit_is_all_of_it(asked, whole):
    after = shares(LINES, [asked], {1: Fraction(1, 3)})
    assert after == {1: Fraction(1)} if whole else isinstance(after, Refused)


def test_nothing_can_be_asked_of_a_line_wholly_returned():
    assert shares(LINES, [ReturnedLine(1, "0.001")], {1: Fraction(1)}).code == "more-than-sold"
