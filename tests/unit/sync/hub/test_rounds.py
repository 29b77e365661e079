"""Small steps until nothing is left, and never without end."""

import logging

from sync.hub.rounds import rounds


def test_steps_go_on_while_they_do_something(caplog):
    left = [3, 2, 5]
    assert list(rounds("new-day", lambda: left.pop() if left else 0)) == [5, 2, 3]
    assert caplog.records == []


def test_steps_that_get_nowhere_end_and_are_told_of(caplog):
    with caplog.at_level(logging.WARNING):
        assert list(rounds("new-day", lambda: 1, most=4)) == [1, 1, 1, 1]
    (told,) = caplog.records
    assert (told.message, told.job, told.rounds) == ("job-unfinished", "new-day", 4)
