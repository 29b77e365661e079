"""The faults of a programme in Russian: as the reader really says them."""

from __future__ import annotations

import re

import pytest
from programmes import HEAD, POINTS, offer

from agent.loyalty.programme.reader import read_programme
from agent.messages.programme_faults import PROGRAMME_FAULTS

BROKEN = (
    HEAD + POINTS + 'redeem = { step = 0 }\nlots = { pending = "x" }\n' + offer("a", "line", 'percent = "5"'),
    HEAD + POINTS + offer("a", "basket", 'earn = "5%"') + offer("a", "line", "amount = 1", when='hours = "9"'),
    HEAD + '[points.main]\nworth = "0.5"\nredeem = {}\n' + offer("a", "accrual", 'earn = { per = "1.00" }'),
    HEAD + POINTS + offer("a", "accrual", 'earn = "5%"', when='lines = "group:a*"', more="alone = true"),
    HEAD + '[[tier]]\nid = "a"\n[[tier]]\nid = "a"\n' + offer("a", "line", "amount = 1", when='quantity = "x"'),
)


@pytest.mark.parametrize("text", BROKEN)
def test_no_english_sentence_is_left(text: str) -> None:
    reading = read_programme(text, "p.toml")
    assert reading.faults
    for fault in reading.faults:
        said = fault.said("ru").partition("; можно:")[0].split(": ", 2)[2]
        assert re.search("[а-яё]", said), said


def test_every_pattern_fills_its_words() -> None:
    for pattern, words in PROGRAMME_FAULTS:
        assert words.format(*["x"] * re.compile(pattern).groups)
