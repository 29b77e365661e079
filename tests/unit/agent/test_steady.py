"""A wall clock that jumps under the scheduler: nothing stands still, nothing is made up a million times."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers import base

from agent import steady
from agent.steady import Every, SteadyScheduler

YEARS = timedelta(days=3650)


class Wall(datetime):
    """What the scheduler takes for now."""

    off = timedelta()

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + cls.off


@pytest.fixture
def jump(monkeypatch):
    real = steady._now
    monkeypatch.setattr(base, "datetime", Wall)
    monkeypatch.setattr(steady, "_now", lambda: real() + Wall.off)

    def by(off):
        monkeypatch.setattr(Wall, "off", off)

    return by


@pytest.fixture
def scheduler(jump):
    made = SteadyScheduler(timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True})
    made.start()
    yield made
    made.shutdown()


@pytest.mark.parametrize("off", [YEARS, -YEARS])
def test_a_job_runs_on_through_a_jump_and_is_not_made_up(scheduler, jump, off):
    ran = threading.Semaphore(0)
    scheduler.add_job(ran.release, Every(seconds=0.05))
    assert ran.acquire(timeout=10)
    jump(off)
    began = time.monotonic()
    assert all(ran.acquire(timeout=10) for _ in range(3))
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("off", [YEARS, -YEARS])
def test_a_moment_handed_in_after_a_jump_is_this_clocks_moment(scheduler, jump, off):
    ran = threading.Event()
    scheduler.add_job(ran.set, Every(seconds=3600), id="push")
    jump(off)
    scheduler.modify_job("push", next_run_time=Wall.now(UTC))
    assert ran.wait(10)


def test_what_was_missed_is_not_counted():
    every, now = Every(seconds=0.001), datetime(2026, 11, 22, tzinfo=UTC)
    assert every.get_next_fire_time(now - YEARS, now) == now + timedelta(milliseconds=1)
    assert every.get_next_fire_time(now, now) == now + timedelta(milliseconds=1)
