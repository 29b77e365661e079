"""Recurring work: runs, runs at once when asked, survives its own faults."""

import logging
import threading
import time

from agent.runtime.jobs import Jobs


def now_ms():
    return time.time_ns() // 1_000_000


def test_a_job_runs_and_its_fault_stops_nothing(caplog):
    jobs, ran, other = Jobs(now_ms), threading.Semaphore(0), threading.Event()

    def fails():
        ran.release()
        raise ValueError("broken")

    jobs.every(0.05, "fails", fails, first_s=0)
    jobs.every(3600, "other", other.set, first_s=0)
    with caplog.at_level(logging.CRITICAL):
        jobs.start()
        assert ran.acquire(timeout=10)
        assert ran.acquire(timeout=10)
        assert other.wait(10)
        jobs.stop()
    assert jobs.failures["fails"] >= 2


def test_soon_does_not_wait_for_the_interval():
    jobs, ran = Jobs(now_ms), threading.Event()
    jobs.every(3600, "push", ran.set)
    jobs.start()
    jobs.soon("push")
    assert ran.wait(10)
    jobs.stop()


def test_soon_before_the_start_and_after_the_stop_is_harmless():
    jobs = Jobs(now_ms)
    jobs.soon("push")
    jobs.start()
    jobs.stop()
    jobs.soon("push")
    jobs.stop()
