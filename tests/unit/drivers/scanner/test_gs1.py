"""Element strings and Digital Links; biip is the judge of our table of identifiers."""

from __future__ import annotations

import itertools

import pytest
from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS as BIIP
from biip.gs1_messages import GS1Message

from drivers.scanner.gs1 import MAX_ELEMENTS, gtin_of, parse_elements, parse_link, titles

# For each format a length that it takes.
VALUES = ["1" * size for size in (1, 2, 3, 4, 6, 8, 10, 12, 13, 14, 15, 17, 18, 20, 32)]


def test_our_table_has_exactly_biips_identifiers():
    every = ("".join(digits) for size in (2, 3, 4) for digits in itertools.product("0123456789", repeat=size))
    ours = {ai for ai in every for value in VALUES if (found := parse_elements(ai + value)) and found[0] == (ai, value)}
    assert ours == set(BIIP)


@pytest.mark.parametrize("ai", BIIP)
def test_lengths_and_separators_are_biips(ai):
    """The lengths a value may have, and whether the next element may follow without a separator."""
    import re

    pattern = re.compile(BIIP[ai].pattern)
    for size in range(1, 92):
        # Digits that are dates, hours and countries as well, so that biip's finer rules do not decide.
        candidates = [("010101010101" * 8)[:size], ("1" * size), ("111" + "0" * size)[:size], ("AB" * size)[:size]]
        biip_takes = [value for value in candidates if pattern.fullmatch(ai + value)]
        for value in biip_takes:
            assert parse_elements(ai + value) == ((ai, value),)
            if not BIIP[ai].separator_required:
                assert parse_elements(f"{ai}{value}10X") == ((ai, value), ("10", "X"))


@pytest.mark.parametrize(
    "text",
    [
        "0112312312312333235XYZ\x1d10ABC",
        "011231231231233310ABC123\x1d99TESTING",
        "0104600494694325215w9EJp\x1d93abc1",
        "010703206980498815210526100329",
        "00106141412345678908",
    ],
)
def test_messages_as_biip_reads_them(text):
    wanted = tuple((element.ai.ai, element.value) for element in GS1Message.parse(text).element_strings)
    assert parse_elements(text) == wanted
    assert parse_elements("\x1d" + text) == wanted


@pytest.mark.parametrize(
    "text", ["", "\x1d", "01123", "0112312312312333\x1d\x1d9", "zz", "10", "10\x1d", "10a\nb", "05x"]
)
def test_what_is_no_message(text):
    assert parse_elements(text) is None


def test_too_many_elements():
    assert parse_elements("20" + "11" + "20" + "11") == (("20", "11"), ("20", "11"))
    assert parse_elements("2011" * (MAX_ELEMENTS + 1)) is None


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("https://example.com/01/12312312312333?99=TEST", (("01", "12312312312333"), ("99", "TEST"))),
        ("HTTPS://example.com/01/12312312312333", (("01", "12312312312333"),)),
        ("https://id.gs1.org/some/shop/01/09506000134352/10/A%2FB", (("01", "09506000134352"), ("10", "A/B"))),
        ("https://id.gs1.org/01/2112345678900", (("01", "02112345678900"),)),
        ("https://e.com/255/9501101020917000?utm=x&17=261231;x=y#f", (("255", "9501101020917000"), ("17", "261231"))),
    ],
)
def test_digital_links(text, elements):
    assert parse_link(text) == elements


@pytest.mark.parametrize(
    "text",
    [
        "HtTps://example.com/01/12312312312333",
        "https://example.com/01",
        "https://example.com/01/123",
        "https://example.com/",
        "https://example.com/01/12312312312333/10",
        "https://example.com/01/12312312312333/zz/1",
        "https://пример.рф/01/12312312312333",
        "ftp://example.com/01/12312312312333",
    ],
)
def test_no_digital_link(text):
    assert parse_link(text) is None


def test_gtin_needs_a_right_check_digit():
    assert gtin_of((("10", "x"), ("01", "12312312312333"))) == "12312312312333"
    assert gtin_of((("01", "12312312312334"),)) is None


def test_titles():
    assert titles((("01", "12312312312333"), ("10", "AB"))) == ["(01) GTIN: 12312312312333", "(10) BATCH/LOT: AB"]
