"""Issuers' ranges, Luhn, and the EAN that looks like a card."""

from __future__ import annotations

import pytest

from drivers.scanner.pan import RANGES, could_be_pan, is_pan


@pytest.mark.parametrize("number", ["4111111111111111", "4222222222222", "4000000000000000006", "2201382000000013"])
def test_numbers_of_cards(number):
    assert is_pan(number)
    assert could_be_pan(number[:6], len(number))


@pytest.mark.parametrize(
    "number", ["4111111111111112", "411111111111", "40000000000000000002", "2205382000000012", "", "x" * 16]
)
def test_other_numbers(number):
    assert not is_pan(number)


@pytest.mark.parametrize(
    ("prefix", "length", "overlaps"),
    [
        ("4", 16, True),
        ("4", 12, False),
        ("4", 20, False),
        ("2", 16, True),
        ("22", 13, True),
        ("2205", 16, False),
        ("2221", 16, True),
        ("2720", 16, True),
        ("2721", 16, False),
        ("28", 13, False),
        ("7", 19, False),
        ("3", 15, True),
        ("36", 14, False),
        ("54", 16, True),
        ("6", 16, True),
        ("411111111111", 16, True),
    ],
)
def test_beginnings_a_bank_card_could_have(prefix, length, overlaps):
    assert could_be_pan(prefix, length) == overlaps


def test_ranges_are_those_of_the_design():
    assert set(RANGES) == {
        ("4", "4"),
        ("51", "55"),
        ("2221", "2720"),
        ("2200", "2204"),
        ("34", "34"),
        ("37", "37"),
        ("35", "35"),
        ("62", "62"),
        ("50", "50"),
        ("56", "69"),
    }
