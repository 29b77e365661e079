"""What the hub does by the clock. Jobs only look for due rows; a missed run is made up once, never twice at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.steady import SteadyScheduler

_log = logging.getLogger("kopilka.hub")


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do, and how often."""

    name: str
    work: Callable[[], object]
    every_s: int


class Jobs:
    """A scheduler in threads of its own; `start` and `stop` once."""

    def __init__(self, jobs: list[Job]) -> None:
        self._jobs = jobs
        self._scheduler: SteadyScheduler | None = None
        self.failures: dict[str, int] = {job.name: 0 for job in jobs}

    def start(self) -> None:
        """Each job runs `every_s` seconds from now and on."""
        from apscheduler.executors.pool import ThreadPoolExecutor

        from agent.steady import Every, SteadyScheduler

        self._scheduler = SteadyScheduler(
            timezone="UTC",
            daemon=True,
            executors={"default": ThreadPoolExecutor(max_workers=1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for job in self._jobs:
            self._scheduler.add_job(self._run, Every(seconds=job.every_s), args=[job], id=job.name)
        self._scheduler.start()

    def stop(self) -> None:
        """No more runs; one under way is waited for."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None

    @property
    def alive(self) -> bool:
        return self._scheduler is not None and bool(self._scheduler.running)

    def run(self, name: str) -> None:
        """One job now, in the caller's thread."""
        self._run(next(job for job in self._jobs if job.name == name))

    def _run(self, job: Job) -> None:
        try:
            job.work()
        except Exception:  # noqa: BLE001 - the job runner: one failing job must not end the others; logged and counted
            self.failures[job.name] += 1
            _log.exception("job-failed", extra={"job": job.name})
