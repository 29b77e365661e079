"""Recurring work by APScheduler: jobs only look for due rows, so a missed run costs nothing. A job that fails is told and goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError

from agent.steady import Every, SteadyScheduler

_log = logging.getLogger("kopilka.jobs")
WORKERS = 2


class Jobs:
    """Named jobs on their own threads; `soon` runs one at once."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.failures: dict[str, int] = {}
        self._scheduler = SteadyScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(WORKERS)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        # Its own tales (a job added, a run skipped while the former goes on) are no news to a shop.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def every(self, seconds: float, name: str, work: Callable[[], object], *, first_s: float | None = None) -> None:
        """Run `work` at an interval, the first time after `first_s`."""
        first = self._moment(first_s if first_s is not None else seconds)
        self._scheduler.add_job(self._run, Every(seconds=seconds), id=name, args=(name, work), next_run_time=first)

    def soon(self, name: str) -> None:
        """Run a job as soon as a thread is free; its interval starts anew."""
        try:
            self._scheduler.modify_job(name, next_run_time=self._moment(0))
        except JobLookupError:
            # Asked for while starting or stopping: the next start runs it anyway.
            return

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Let running jobs end; no new ones begin."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _moment(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(self._now_ms() / 1000, UTC) + timedelta(seconds=seconds)

    def _run(self, name: str, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001 - the job runner's border: one job's fault must not stop the others
            self.failures[name] = self.failures.get(name, 0) + 1
            _log.exception("job-failed", extra={"job": name, "times": self.failures[name]})
