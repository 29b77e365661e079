"""The feed: no gap, in order, and a lost row is told."""

import pytest

from sync.hub.store import feed


def test_pages(database):
    assert feed.publish(database, []) == 0
    assert feed.publish(database, ["a", "b"]) == 2
    assert feed.publish(database, ["a"]) == 3
    assert feed.last(database) == 3
    assert feed.after(database, 0, 2) == [(1, "a"), (2, "b")]
    assert feed.after(database, 2, 9) == [(3, "a")]
    assert feed.after(database, 3, 9) == []


def test_a_lost_row_is_told(database):
    feed.publish(database, ["a", "b", "c"])
    database.execute_sql("DELETE FROM feed WHERE rev = 2")
    assert feed.after(database, 0, 1) == [(1, "a")]
    with pytest.raises(feed.FeedGap) as gap:
        feed.after(database, 0, 9)
    assert (gap.value.after, gap.value.found) == (1, 3)
