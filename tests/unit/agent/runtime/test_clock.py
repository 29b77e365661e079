"""The wall clock is trusted while it runs on; ids are never two alike and keep their order."""

from __future__ import annotations

import threading
import time

import pytest

from agent.runtime.clock import SANE_MS, SystemClock, SystemIds

NOW = 1_763_794_680_000


class World:
    """A wall, a monotonic clock that stops in sleep, and one that does not."""

    def __init__(self, monkeypatch):
        self.wall, self.mono, self.boot = NOW, 5_000_000, 7_000_000
        monkeypatch.setattr(time, "time_ns", lambda: self.wall * 1_000_000)
        monkeypatch.setattr(time, "monotonic_ns", lambda: self.mono * 1_000_000)
        monkeypatch.setattr(time, "clock_gettime_ns", lambda clock: {time.CLOCK_BOOTTIME: self.boot}[clock] * 1_000_000)

    def passes(self, ms):
        self.wall, self.mono, self.boot = self.wall + ms, self.mono + ms, self.boot + ms

    def sleeps(self, ms):
        self.wall, self.boot = self.wall + ms, self.boot + ms


@pytest.fixture
def world(monkeypatch):
    return World(monkeypatch)


def test_milliseconds(world):
    assert (SystemClock.now_ms(), SystemClock.monotonic_ms(), SystemClock.uptime_ms()) == (NOW, 5_000_000, 7_000_000)


def test_trusted_while_it_runs_on(world):
    clock = SystemClock()
    for _ in range(100):
        world.passes(60_000)
        assert clock.trusted()


def test_a_night_asleep_is_no_jump(world):
    clock = SystemClock()
    world.sleeps(12 * 3_600_000)
    assert clock.trusted()


@pytest.mark.parametrize(
    ("jump", "trusted"), [(-900, True), (-1_100, False), (-3_600_000, False), (299_000, True), (301_000, False)]
)
def test_jumps(world, jump, trusted):
    clock = SystemClock()
    world.passes(10_000)
    world.wall += jump
    assert clock.trusted() is trusted


def test_slow_drift_does_not_add_up(world):
    clock = SystemClock()
    for _ in range(2_000):
        world.passes(60_000)
        world.wall -= 500
        assert clock.trusted()


def test_lost_trust_stays_lost_though_the_wall_comes_back(world):
    clock = SystemClock()
    world.wall -= 3_600_000
    assert not clock.trusted()
    world.wall += 3_600_000
    assert not clock.trusted()


@pytest.mark.parametrize("wall", [0, 1000, SANE_MS - 1])
def test_a_wall_that_was_never_set(world, wall):
    world.wall = wall
    clock = SystemClock()
    assert not clock.trusted()
    world.wall = NOW
    assert not clock.trusted()


def test_an_rtc_that_starts_behind_the_last_record(world):
    clock = SystemClock()
    clock.known(NOW + 500)
    assert clock.trusted()
    clock.known(NOW + 86_400_000)
    assert not clock.trusted()


@pytest.mark.parametrize(
    ("off", "agrees"), [(0, True), (300_000, True), (-300_000, True), (300_001, False), (-86_400_000, False)]
)
def test_the_hubs_time_decides(world, off, agrees):
    for before in (0, NOW):
        world.wall = before
        clock = SystemClock()
        world.wall = NOW
        clock.trusted()
        clock.vouch(NOW + off)
        assert clock.trusted() is agrees


def test_after_the_hubs_word_it_is_watched_from_there(world):
    world.wall = 0
    clock = SystemClock()
    world.wall = NOW
    clock.vouch(NOW)
    world.passes(60_000)
    assert clock.trusted()
    world.wall -= 5_000
    assert not clock.trusted()


def test_the_real_one():
    clock = SystemClock()
    first = clock.monotonic_ms()
    assert clock.now_ms() > SANE_MS
    assert clock.trusted()
    assert clock.monotonic_ms() >= first


def time_of(name):
    return int(name.replace("-", "")[:12], 16)


def test_ids_are_uuid7_of_the_moment():
    name = SystemIds().new(NOW)
    assert (len(name), name[14], name[19] in "89ab") == (36, "7", True)
    assert time_of(name) == NOW


def test_ids_keep_their_order_beyond_the_counter():
    ids = SystemIds()
    names = [ids.new(NOW) for _ in range(10_000)]
    assert names == sorted(set(names))
    assert time_of(names[-1]) == NOW + 2
    assert ids.new(NOW + 1) > names[-1]


def test_ids_follow_a_clock_that_goes_on_slews_or_jumps():
    ids = SystemIds()
    names = [ids.new(NOW), ids.new(NOW + 1), ids.new(NOW), ids.new(NOW - 900)]
    assert names == sorted(set(names))
    assert time_of(ids.new(NOW - 3_600_000)) == NOW - 3_600_000
    assert ids.new(NOW + 5) > names[-1]


def test_ids_of_an_unset_clock():
    ids = SystemIds()
    names = [ids.new(0), ids.new(0), ids.new(1)]
    assert names == sorted(set(names))


def test_ids_of_many_threads_are_never_two_alike():
    ids, names = SystemIds(), []
    threads = [threading.Thread(target=lambda: names.extend([ids.new(NOW) for _ in range(2_000)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 8_000


def test_ids_of_two_starts_differ():
    assert SystemIds().new(NOW) != SystemIds().new(NOW)
