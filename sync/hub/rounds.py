"""A job's small steps, one after another until nothing is left; or until the next run, where they get nowhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

_log = logging.getLogger("kopilka.hub")
MOST = 2_000
"""Steps of one run: a million members' new day, 200,000 records judged again. What is left then waits for the job's next run."""


def rounds(name: str, step: Callable[[], int], *, most: int = MOST) -> Iterator[int]:
    """What each step did, while it did something; `name` is the job's, for the log.

    A step that never comes to an end (a fault of ours) would hold up the other jobs, the backup among them, and keep the writer busy.
    """
    for _ in range(most):
        done = step()
        if not done:
            return
        yield done
    _log.warning("job-unfinished", extra={"job": name, "rounds": most})
