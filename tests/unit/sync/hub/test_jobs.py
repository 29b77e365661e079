"""The job runner: jobs run by the clock, a failing one is counted and does not end the others."""

import threading

from sync.hub.jobs import Job, Jobs


def test_jobs_run_and_failures_are_counted():
    ran = threading.Event()

    def fail():
        raise ValueError("on purpose")

    jobs = Jobs([Job("good", ran.set, 1), Job("bad", fail, 3600)])
    assert not jobs.alive
    jobs.start()
    assert jobs.alive
    assert ran.wait(30)
    jobs.run("bad")
    jobs.stop()
    assert not jobs.alive
    assert jobs.failures == {"good": 0, "bad": 1}
    jobs.stop()


def test_late_runs_are_made_up_once_and_never_twice_at_a_time():
    jobs = Jobs([Job("one", lambda: None, 3600)])
    jobs.start()
    job = jobs._scheduler.get_job("one")
    assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
    jobs.stop()
