"""Stamps that sort as copies were made, whatever the clock says."""

import pytest

from agent.sqlite.stamps import next_stamp

NOW = 1_763_794_680_000


@pytest.mark.parametrize(
    ("names", "stamp"),
    [
        ([], "20251122T065800Z"),
        (["till-20251122T065759Z.sqlite3"], "20251122T065800Z"),
        (["till-20251122T065800Z.sqlite3"], "20251122T065801Z"),
        (["hub-20251231T235959Z.db", "hub-20250101T000000Z.db", "notes"], "20260101T000000Z"),
        (["till-99999999T999999Z.sqlite3"], "20251122T065800Z"),
        (["till-99991231T235959Z.sqlite3"], "20251122T065800Z"),
    ],
)
def test_never_before_what_is_there(names, stamp):
    assert next_stamp(names, NOW) == stamp
