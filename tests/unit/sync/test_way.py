"""One direction of the line: its own pace, and what frees it."""

import random

import pytest

from sync.calls import HubFault
from sync.retry import TRIP_AFTER
from sync.way import Way


@pytest.fixture
def way():
    return Way(random.Random(3).randrange)


def no_probe():
    raise AssertionError("not asked for")


def test_a_fresh_way_is_free(way):
    assert way.held_back(0, no_probe) is None


@pytest.mark.parametrize(
    ("code", "kind", "freed"),
    [("away", "away", True), ("server", "away", False), ("busy", "busy", False), ("refused", "refused", False)],
)
def test_the_line_being_back_frees_only_what_met_nobody(way, code, kind, freed):
    assert way.failed(HubFault(code, status=0), 0).kind == kind
    way.failed(HubFault(code, status=0), 0)
    way.failed(HubFault(code, status=0), 0)
    assert way.held_back(0, no_probe).kind == "waiting"
    way.line_is_back()
    assert (way.held_back(0, no_probe) is None) == freed
    assert way.pace.failures == 3, "it has not got through itself"


def test_an_open_breaker_asks_first_and_a_failed_probe_counts(way):
    for _ in range(TRIP_AFTER):
        way.failed(HubFault("away"), 0)
    late, asked = way.pace.not_before_ms, []

    def probe():
        asked.append(1)
        raise HubFault("away", cause="unreachable")

    assert way.held_back(late, probe).code == "unreachable"
    assert (asked, way.pace.failures) == ([1], TRIP_AFTER + 1)
    assert way.held_back(way.pace.not_before_ms, lambda: None) is None


def test_a_stop_is_looked_at_again_only_rarely(way):
    outcome = way.stopped("fork", "fork", 1000, inc=2, wm=7)
    assert (outcome.kind, outcome.inc, outcome.wm) == ("fork", 2, 7)
    assert outcome.wait_ms >= 150_000
    way.answered()
    assert way.held_back(1000, no_probe) is None
