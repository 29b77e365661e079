"""Places for pushes: how many, whose, and when to come again."""

import contextlib

import pytest

from agent.errors import Unavailable
from sync.hub.intake import LEAST, REMEMBERED_MS, Intake


class Clock:
    now_ms = 0

    def __call__(self):
        return self.now_ms


@pytest.fixture
def clock():
    return Clock()


def refused(intake, till):
    with pytest.raises(Unavailable) as found, intake.place(till):
        pass
    assert found.value.code == "hub-busy"
    return found.value.fields["wait_s"]


def test_so_many_at_once_and_one_a_till(clock):
    intake = Intake(monotonic_ms=clock, most=3)
    with contextlib.ExitStack() as inside:
        for till in "abc":
            inside.enter_context(intake.place(till))
        assert refused(intake, "a") == 1
        assert refused(intake, "d") == 1
    with intake.place("a"):
        pass


def test_a_place_is_given_back_when_a_push_fails(clock):
    intake = Intake(monotonic_ms=clock, most=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), intake.place("a"):
            raise ZeroDivisionError


def test_who_was_sent_away_comes_before_who_is_served_again(clock):
    intake = Intake(monotonic_ms=clock, most=4)
    with contextlib.ExitStack() as inside:
        for till in "abcd":
            inside.enter_context(intake.place(till))
        for till in "efg":
            refused(intake, till)
    with contextlib.ExitStack() as inside:
        for till in "ab":
            inside.enter_context(intake.place(till))
        # Half of the places are e's, f's and g's.
        refused(intake, "c")
        for till in "ef":
            inside.enter_context(intake.place(till))


def test_whoever_does_not_come_back_is_forgotten(clock):
    intake = Intake(monotonic_ms=clock, most=2)
    with intake.place("a"), intake.place("b"):
        for till in "cdef":
            refused(intake, till)
    clock.now_ms += REMEMBERED_MS + 1
    with intake.place("a"), intake.place("b"):
        pass


def test_a_slow_disk_takes_fewer_and_says_when(clock):
    intake = Intake(monotonic_ms=clock)
    for _ in range(60):
        with intake.place("a"):
            clock.now_ms += 1000
    with contextlib.ExitStack() as inside:
        for n in range(LEAST):
            inside.enter_context(intake.place(f"t{n}"))
        assert 6 <= refused(intake, "late") <= 8


def test_bytes_are_counted_until_the_call_ends(clock):
    intake = Intake(monotonic_ms=clock, held_bytes=10)
    with intake.bytes() as mine:
        mine(6)
        with intake.bytes() as other:
            other(4)
            with pytest.raises(Unavailable):
                other(1)
        mine(4)
    with intake.bytes() as again:
        again(10)
