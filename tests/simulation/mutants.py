"""Planted bugs: each a mistake somebody could make, put into the real code while one seed runs.

`./run sim --mutants` shows that each is caught, by which invariant, on its pinned seed and on fresh ones.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from simulation.mutants_hub import HUB
from simulation.mutants_till import TILL

Patch = Callable[[], contextlib.AbstractContextManager[object]]

MUTANTS: dict[str, tuple[str, Patch]] = {**HUB, **TILL}
"""Name -> what is wrong, and how to make it so."""


@contextlib.contextmanager
def planted(name: str) -> Iterator[None]:
    """Run with one planted bug; "" for none."""
    if not name:
        yield
        return
    with MUTANTS[name][1]():
        yield
