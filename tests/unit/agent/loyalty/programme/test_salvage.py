"""Broken tables do not hide the faults of the others, and make no faults of their own."""

from __future__ import annotations

import pytest
from programmes import HEAD, POINTS, faults, offer

GOOD = offer("good", "line", 'percent = "5%"')


def keys(text: str, head: str = HEAD) -> list[str]:
    return [told.split(": ")[0] for told in faults(text, head)]


def test_an_offer_with_unknown_keys_is_still_judged() -> None:
    text = offer("a", "line", 'percent = "10"', when='colour = "red", hours = "x"', more="colour = 1")
    assert keys(text) == ["offer[0].when.colour", "offer[0].when.hours", "offer[0].then.percent", "offer[0].colour"]


def test_broken_offers_leave_the_others_their_places() -> None:
    text = offer("a", "lien", 'percent = "5%"') + GOOD + offer("c", "line", 'percent = "x"')
    assert keys(text) == ["offer[0].phase", "offer[2].then.percent"]


@pytest.mark.parametrize(
    ("text", "head", "expected"),
    [
        (POINTS + 'colour = 1\n[[offer]]\nid = "b"\nphase = "accrual"\nthen = { earn = "5%" }\n', HEAD, ["points.main.colour"]),
        ("[points.main]\nworth = 5\n" + offer("b", "accrual", 'earn = "5%"'), HEAD, ["points.main.worth"]),
        ('[[tier]]\nid = "gold"\ncolour = 1\n' + offer("b", "line", "amount = 1", when='tier = "gold"'), HEAD, ["tier[0].colour"]),
        ("[discount]\nexclude = 5\n" + GOOD, HEAD, ["discount.exclude"]),
        (GOOD, HEAD + 'colour = "red"\n', ["programme.colour"]),
        (offer("b", "line", "amount = 500"), HEAD.replace('"RUB"', '"JPY"').replace("version = 1", "version = 0"), ["programme.version"]),
        (offer("b", "line", 'amount = "5.00"'), HEAD.replace('"RUB"', '"JPY"').replace("version = 1", "version = 0"),
         ["programme.version", "offer[0].then.amount"]),
        (offer("b", "line", 'percnt = "5%"'), HEAD, ["offer[0].then.percnt"]),
        ("", "programme = 5\n", ["programme"]),
        ("offer = 5\ntier = [5]\npoints = 5\n", 'programme = { id = "x", version = 1, currency = "RUB" }\n', ["offer", "tier[0]", "points"]),
    ],
)  # fmt: skip
def test_no_fault_is_made_by_another(text: str, head: str, expected: list[str]) -> None:
    assert keys(text, head) == expected
