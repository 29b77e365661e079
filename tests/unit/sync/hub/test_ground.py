"""Days in the programme's zone, and the checks that keep nonsense out of the columns."""

import pytest

from sync.hub import ground
from sync.hub.ground import Ground, Unapplicable


@pytest.mark.parametrize(
    ("at_ms", "zone", "day"),
    [
        (1_790_024_400_000 - 1, "Europe/Moscow", "2026-09-21"),
        (1_790_024_400_000 - 1, "Asia/Vladivostok", "2026-09-22"),
        (0, "UTC", "1970-01-01"),
        (-(10**18), "Asia/Tokyo", "0005-04-19"),
        (10**18, "Asia/Tokyo", "9987-04-03"),
    ],
)
def test_days(at_ms, zone, day):
    assert ground.day_of(at_ms, zone) == day
    assert Ground("t1", "s1", at_ms, zone).day == day


@pytest.mark.parametrize(
    ("check", "bad", "good"),
    [
        (ground.need_id, ["", " ", "a b", "x" * 81, "a\n", "карта"], ["points:main", "a-b/c.d", "x" * 80]),
        (ground.need_day, ["1", "2026-1-1", "2026-01-01 ", "вчера"], ["2026-01-01", "", None]),
        (ground.need_points, [-1, 10**12 + 1], [0, 10**12]),
        (ground.need_moment, [-1, 2**63], [0, 1_790_000_000_000]),
        (ground.need_few, [range(1001)], [range(1000), {}]),
    ],
)
def test_checks(check, bad, good):
    for value in good:
        check(value)
    for value in bad:
        with pytest.raises(Unapplicable):
            check(value)
