"""Real processes end with the test that started them."""

import contextlib
import os
import signal

import pytest
from processes import left_of


@pytest.fixture(autouse=True)
def nothing_runs_on(tmp_path):
    """A till left running looks for its scanner's node again, and takes it from the next test that is given it."""
    yield
    left = left_of(tmp_path)
    for process in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    assert not left, f"still running: {left}"
