"""Waits stay inside their bounds, and a dead hub is asked by a cheap probe."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.retry import (
    BASE_MS,
    CAP_MS,
    RETRY_AFTER_CAP_MS,
    TRIP_AFTER,
    Pace,
    ceiling_ms,
    equal_jitter_ms,
    full_jitter_ms,
    retry_after_ms,
)

NOW = 784_111_777_000
"""Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110."""


def lowest(_n):
    return 0


def highest(n):
    return n - 1


def test_ceiling_doubles_to_five_minutes():
    assert [ceiling_ms(n) for n in (1, 2, 3, 10, 11, 10**9)] == [BASE_MS, 1000, 2000, 256_000, CAP_MS, CAP_MS]


@settings(derandomize=True)
@given(st.integers(1, 10**6), st.integers(0, 2**32))
def test_jitters_stay_in_bounds(failures, seed):
    below = random.Random(seed).randrange
    assert 0 <= full_jitter_ms(failures, below) <= ceiling_ms(failures) <= CAP_MS
    assert ceiling_ms(failures) // 2 <= equal_jitter_ms(failures, below) <= ceiling_ms(failures)


def test_jitters_reach_their_ends():
    assert (full_jitter_ms(20, lowest), full_jitter_ms(20, highest)) == (0, CAP_MS)
    assert (equal_jitter_ms(20, lowest), equal_jitter_ms(20, highest)) == (CAP_MS // 2, CAP_MS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120_000),
        (" 0 ", 0),
        ("999999999999", RETRY_AFTER_CAP_MS),
        ("Sun, 06 Nov 1994 08:49:47 GMT", 10_000),
        ("Sunday, 06-Nov-94 08:49:47 GMT", 10_000),
        ("Sun Nov  6 08:49:47 1994", 10_000),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ("Sun, 06 Nov 2094 08:00:00 GMT", RETRY_AFTER_CAP_MS),
        (None, None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("١٢", None),
        ("9" * 5000, None),
        ("Sun, 06 Nov 99999 08:49:37 GMT", None),
        ("Sun, 31 Feb 2026 08:49:37 GMT", None),
    ],
)
def test_retry_after_in_both_forms(value, expected):
    assert retry_after_ms(value, NOW) == expected


def test_a_good_try_forgets_all():
    pace = Pace()
    for _ in range(9):
        pace = pace.after("away", 0, highest)
    assert pace.after("ok", 0, highest) == Pace()


def test_waits_then_goes():
    pace = Pace().after("away", 1000, highest)
    assert pace.not_before_ms == 1000 + BASE_MS
    assert pace.step(1000 + BASE_MS - 1) == "wait"
    assert pace.step(1000 + BASE_MS) == "go"


def test_busy_waits_at_least_half():
    assert Pace().after("busy", 0, lowest).not_before_ms == BASE_MS // 2
    assert Pace().after("away", 0, lowest).not_before_ms == 0


def test_retry_after_is_a_lower_bound_with_jitter_on_top():
    assert Pace().after("busy", 0, lowest, retry_after=10_000).not_before_ms == 10_000
    assert Pace().after("busy", 0, highest, retry_after=10_000).not_before_ms == 10_000 + BASE_MS
    assert Pace(failures=30).after("away", 0, highest, retry_after=1).not_before_ms == CAP_MS


def test_stopped_is_tried_again_rarely():
    assert Pace().after("stopped", 0, lowest).not_before_ms == CAP_MS // 2
    assert Pace().after("stopped", 0, highest).not_before_ms == CAP_MS


def test_breaker_asks_a_probe_first_and_waits_grow_on():
    pace = Pace()
    for n in range(1, TRIP_AFTER + 1):
        assert pace.step(10**9) == "go"
        pace = pace.after("away", 0, lowest)
        assert pace.failures == n
    assert pace.step(0) == "probe"
    assert pace.probed().step(0) == "go"
    again = pace.probed().after("away", 0, lowest)
    assert again.step(0) == "probe"
    assert again.failures == TRIP_AFTER + 1
    assert pace.after("away", 0, lowest).step(0) == "probe"
