"""Moments in and out."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from till_kit import NOW

from agent.till import when


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-11-22T10:15:00+03:00", NOW),
        ("2026-11-22T07:15:00Z", NOW),
        ("2026-11-22t07:15:00z", NOW),
        ("2026-11-22 07:15:00.250Z", NOW + 250),
        ("2026-11-22T07:15:00.250999999Z", NOW + 250),
        ("1970-01-01T00:00:00Z", 0),
        ("2199-12-31T23:59:59Z", when.LAST_MS - 1000),
    ],
)
def test_rfc_3339(text, ms):
    assert when.parse(text) == ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-11-22",
        "2026-11-22T10:15:00",
        "2026-W47-7T10:15:00Z",
        "20261122T101500Z",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-22T10:15:60Z",
        "2026-11-22T10:15:00+24:00",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+14:00",
        "2200-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "２０２６-11-22T10:15:00Z",
    ],
)
def test_no_moment(text):
    with pytest.raises(ValueError):
        when.parse(text)


def test_written_with_milliseconds_only_where_there_are_some():
    assert when.iso(NOW) == "2026-11-22T07:15:00Z"
    assert when.iso(NOW + 5) == "2026-11-22T07:15:00.005Z"
    assert when.parse(when.iso(NOW + 5)) == NOW + 5


def test_days_are_the_zones():
    late = when.parse("2026-11-22T22:30:00Z")
    assert when.day(late, UTC) == "2026-11-22"
    assert when.day(late, ZoneInfo("Europe/Moscow")) == "2026-11-23"
    assert when.local(late, ZoneInfo("Europe/Moscow")).hour == 1
