"""APScheduler kept steady: it reckons by the wall clock, which may jump by years.

A till without a battery starts in 1970 and is set right by the network: every second missed since would be listed under the
scheduler's lock, and a sale that asks for a push waits for that lock. Set back, its jobs would wait out the difference.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

LOOK_S = 5.0
"""The scheduler sleeps no longer: a wait reckoned in the very moment of a jump would be as long as the jump."""


class Every(IntervalTrigger):  # type: ignore[misc]
    """Runs at an interval of seconds; what was missed is made up once, without being counted."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        found: datetime | None = super().get_next_fire_time(previous_fire_time, now)
        missed = previous_fire_time is not None and found is not None and found <= now
        return now + self.interval if missed else found


class SteadyScheduler(BackgroundScheduler):  # type: ignore[misc]
    """For jobs of `Every`: none is ever further away than its own interval."""

    def _process_jobs(self) -> float | None:
        with self._jobstores_lock:
            now = _now()
            for store in self._jobstores.values():
                for job in store.get_all_jobs():
                    latest = now + job.trigger.interval
                    if job.next_run_time is not None and job.next_run_time > latest:
                        job._modify(next_run_time=latest)  # noqa: SLF001 - `modify` would wake the scheduler again
                        store.update_job(job)
        wait_s: float | None = super()._process_jobs()
        return None if wait_s is None else min(wait_s, LOOK_S)


def _now() -> datetime:
    """The clock the scheduler itself reads."""
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=time.time_ns() // 1000)
