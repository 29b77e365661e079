"""The simulation itself: pinned and some fresh seeds hold, a seed is its run, planted bugs are seen. The long run: ./run sim."""

import os
import pathlib
import subprocess
import sys

import pytest
from simulation import pinned
from simulation.mutants import MUTANTS
from simulation.run_seed import run_seed

TOP = pathlib.Path(__file__).parents[2]
FRESH = range(1, 11)
CAUGHT = ("hub-releases-by-clock", "ack-on-send", "print-before-commit")


@pytest.mark.parametrize("seed", [*pinned.seeds(), *FRESH])
def test_everything_holds(seed):
    result = run_seed(seed)
    assert not result.rule, f"{result.text}\nreplay: ./run sim --seed {seed} -v"
    assert result.counts["sales"]


@pytest.mark.parametrize("mutant", CAUGHT)
def test_a_planted_bug_is_caught(mutant):
    assert run_seed(pinned.mutants()[mutant], mutant).rule


def test_every_planted_bug_has_its_seed():
    assert set(pinned.mutants()) == set(MUTANTS)


def test_a_seed_is_its_run():
    """Also in another process whose hashes are salted in another way."""
    here = run_seed(3)
    code = "from simulation.run_seed import run_seed; print(run_seed(3).digest)"
    env = {
        **os.environ,
        "PYTHONHASHSEED": "77",
        "PYTHONPATH": os.pathsep.join(map(str, (TOP / "tests", TOP / "tests" / "support", TOP))),
    }
    there = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here.digest == run_seed(3).digest
