"""One card, many readings."""

from __future__ import annotations

import pytest

from drivers.scanner.dedupe import Dedupe
from drivers.shapes import Scan


def scan(kind, payload, at_ms):
    return Scan(kind, payload, "till", at_ms)


@pytest.mark.parametrize("kind", ["member", "coupon", "gift", "rotating"])
def test_again_within_the_window_is_a_repeat(kind):
    dedupe = Dedupe(700)
    times = [0, 699, 1398, 2098, 2099]
    assert [dedupe.admit(scan(kind, "A", at)) for at in times] == [True, False, False, True, False]
    assert dedupe.repeats == 3


@pytest.mark.parametrize("kind", ["product", "command", "payment", "unknown", "device_reply"])
def test_goods_and_the_rest_never(kind):
    dedupe = Dedupe(700)
    assert [dedupe.admit(scan(kind, "A", at)) for at in (0, 1, 2)] == [True] * 3
    assert dedupe.repeats == 0


def test_another_card_between_does_not_renew_the_first():
    dedupe = Dedupe(700)
    assert [dedupe.admit(scan("member", p, at)) for p, at in [("A", 0), ("B", 100), ("A", 200)]] == [True, True, False]


def test_zero_lets_everything_through():
    dedupe = Dedupe(0)
    assert dedupe.admit(scan("member", "A", 0))
    assert dedupe.admit(scan("member", "A", 0))
