"""One process a data folder: two services on one journal would print each receipt twice and answer from two memories."""

from __future__ import annotations

import os
from collections.abc import Callable

from agent.sqlite import named
from agent.sqlite.alone import take

NAME = "running.lock"


def alone(folder: str) -> Callable[[], None]:
    """Take a data folder, made where there is none; returns how to let go. The lock ends with the process, however it ends.

    Raises Conflict while another process has it, the storage errors.
    """
    try:
        os.makedirs(folder, mode=0o750, exist_ok=True)
    except OSError as error:
        raise named(error, folder) from error
    return take(os.path.join(folder, NAME), "till-running", what=folder)
