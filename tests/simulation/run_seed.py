"""One seed from its first step to its last sum."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import traceback
from collections import Counter as Counts
from dataclasses import dataclass, field

from simulation import ending
from simulation.mutants import planted
from simulation.violation import Violation
from simulation.world import World

MEMORY = "/dev/shm"
"""Real files in memory, where there is such a place: hundreds of runs a minute need no platter."""


@dataclass
class Result:
    """What a seed came to. `rule` is the invariant that was broken, "" for none."""

    seed: int
    digest: str
    counts: Counts[str]
    rule: str = ""
    text: str = ""
    trace: list[str] = field(default_factory=list)
    steps: int = 0
    rounds: int = 0


def run_seed(seed: int, mutant: str = "") -> Result:
    """Run it; nothing is left behind but the result."""
    logging.disable(logging.CRITICAL)
    folder = tempfile.mkdtemp(prefix=f"kopilka-sim-{seed}-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
    try:
        with planted(mutant):
            return _run(World(seed, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        logging.disable(logging.NOTSET)


def _run(world: World) -> Result:
    result = Result(world.seed, "", world.counts)
    try:
        world.open()
        for _ in range(world.plan.steps):
            world.step()
        ending.heal(world)
        result.rounds = ending.talk(world)
        ending.check(world)
    except Violation as found:
        result.rule, result.text = found.rule, found.text
    except Exception as fault:
        where = "".join(traceback.format_exception(fault)[-6:])
        result.rule, result.text = "nothing fails", f"{type(fault).__name__}: {fault}\n{where}"
    finally:
        world.close()
    result.digest, result.trace, result.steps = world.digest, world.trace, world.steps
    return result
