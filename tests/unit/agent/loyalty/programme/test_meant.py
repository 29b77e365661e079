"""Spellings of other systems are refused with the spelling of this one."""

from __future__ import annotations

import pytest
from programmes import HEAD, POINTS, offer

from agent.config import Fault
from agent.loyalty.programme.meant import meant
from agent.loyalty.programme.reader import read_programme


@pytest.mark.parametrize(
    ("when", "then", "hint", "allowed"),
    [
        ('sku = "x"', 'percent = "5%"', 'lines = "sku:..."', ""),
        ('lines = { group = "x" }', 'percent = "5%"', 'lines = "group:..."', ""),
        ("", 'discount = "5%"', 'percent = "5%" or amount = "5.00"', ""),
        ("", "earn = { fixed = 5 }", "points", ""),
        ("", "percent = 10", "", '"5%"'),
        ("", "multiply = 1.5", "", '2, "1.5"'),
        ("", "amount = 5.0", "", '500, "5.00" or a table'),
    ],
)
def test_natural_spellings(when: str, then: str, hint: str, allowed: str) -> None:
    reading = read_programme(HEAD + POINTS + offer("o", "line", then, when=when), "p.toml")
    (fault,) = (fault for fault in reading.faults if fault.line > 9)
    assert fault.hint == hint
    assert not allowed or fault.allowed == allowed


def test_others_stay() -> None:
    fault = Fault("p", 1, "offer[0].when.totl", "unknown key", "total", "total")
    assert meant(fault) is fault
