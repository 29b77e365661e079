"""The scripted day with one thing going wrong at one call to a disk, for every call: `./run crash`.

Power cuts before and after each durable step; ENOSPC and EIO at each call that writes. After each the machine starts again, the POS
asks again for what was not confirmed (or for its whole day), and the day goes on to its end, which must be the undisturbed day's.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from day import Day
from day_check import close_of
from day_shop import DayShop, Machine
from fault_disk import DURABLE, Call, Fault, Model, watching

MACHINES = ("T1", "hub")
PROCESSES = 2
LATER = (8, 30)
"""A sync failed, the process ended and began anew; so many calls later the power goes, and what that sync was for is not on the disk."""


class Case(NamedTuple):
    """One day: `what` happens at the n-th call to the machine's disk."""

    machine: str
    n: int
    what: str
    model: Model = "kept"
    whole: bool = False

    def __str__(self) -> str:
        return ":".join([self.machine, str(self.n), self.what, self.model, "whole" if self.whole else "rest"])


class Seen(NamedTuple):
    """What a case came to. `restarts` and `refused` show that the fault was met; `kept` names the call whose error SQLite kept to itself."""

    case: Case
    violation: str = ""
    restarts: int = 0
    refused: int = 0
    kept: str = ""


def parsed(text: str) -> Case:
    """A case as it is printed."""
    machine, n, what, model, whole = text.split(":")
    return Case(machine, int(n), what, model, whole == "whole")  # type: ignore[arg-type]


@cache
def undisturbed() -> tuple[dict[str, Any], dict[str, list[Call]]]:
    """The day as it goes when nothing goes wrong: its figures, and each machine's calls."""
    _, end, calls = run(None)
    return end, calls


def cases(*, machines: tuple[str, ...] = MACHINES, kinds: str = "cuts faults") -> Iterator[Case]:
    """Every case there is, in order of machine and call."""
    for machine in machines:
        for n, call in enumerate(undisturbed()[1][machine], 1):
            if "cuts" in kinds and call.kind in DURABLE:
                for model in ("lost", "torn", "reordered", "kept"):
                    yield Case(machine, n, "cut", model)
                yield Case(machine, n, "after", "lost")
                yield Case(machine, n, "after", "kept")
                yield Case(machine, n, "cut", "lost", whole=True)
                yield Case(machine, n, "after", "lost", whole=True)
            if "cuts" in kinds and call.kind == "sync":
                yield from (Case(machine, n, f"forgotten{later}", "lost") for later in LATER)
            if "faults" in kinds:
                yield Case(machine, n, "full")
                yield Case(machine, n, "broken")


def seen(case: Case) -> Seen:
    """Run one case and compare its end with the undisturbed day's."""
    try:
        day, end, _ = run(case)
    except Exception as error:
        return Seen(case, f"{type(error).__name__}: {error}"[:600])
    finally:
        gc.collect()
    shop, expected, kept = day.shop, undisturbed()[0], ""
    odd = [f"{key}: {end[key]}, not {expected[key]}" for key in expected if end[key] != expected[key]]
    if not (shop.ended or shop.refused):
        kept, why = _kept(shop.machines[case.machine])
        odd += [why] if why else []
    return Seen(case, "; ".join(odd)[:600], len(shop.ended), shop.refused, kept)


def _kept(machine: Machine) -> tuple[str, str]:
    """Of a fault that stopped nobody: the call it came to, and what is wrong with that.

    A file's last connection takes its log away when it closes, and tells nobody where that fails. The log was emptied before: one
    that stays holds nothing that could come back.
    """
    if not machine.disk.met:
        return "", "the fault was never met"
    [(call, size), *_] = machine.disk.met
    sound = len(machine.disk.met) == 1 and call.kind == "delete" and call.name.endswith("-wal") and size == 0
    return f"{call.kind} {call.name}", "" if sound else f"an error nobody told: {call.kind} {call.name}, {size} bytes"


def run(case: Case | None) -> tuple[Day, dict[str, Any], dict[str, list[Call]]]:
    """A day and its end, and the calls it made of each disk; closing everything is no part of it."""
    folder = tempfile.mkdtemp(prefix="kopilka-day-")
    try:
        shop = DayShop(folder, model=case.model if case else "kept", seed=case.n if case else 1)
        with watching(*shop.disks):
            if case is not None:
                _arm(shop.machines[case.machine], case)
            day = Day(shop, whole=bool(case and case.whole))
            day.run()
            end = close_of(day)
            calls = {name: list(machine.disk.calls) for name, machine in shop.machines.items()}
        shop.close()
        return day, end, calls
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _arm(machine: Machine, case: Case) -> None:
    """A full disk stays full until somebody makes room; power and a bad sector are of one moment."""
    what = case.what
    if what.startswith("forgotten"):
        what, machine.cut_after = "broken", int(what.removeprefix("forgotten"))
    machine.disk.fault = Fault(case.n, what, lasting=what == "full")  # type: ignore[arg-type]


def _quiet() -> None:
    """A worker's beginning: what a day leaves is collected when it is over, and no log is kept of faults that are wanted."""
    import logging

    logging.disable(logging.CRITICAL)
    undisturbed()
    gc.disable()
    gc.collect()
    gc.freeze()


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run crash", description=__doc__)
    parser.add_argument("--only", metavar="CASE", help="one case, as a violation names it")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th case of every kind")
    parser.add_argument("--machine", choices=[*MACHINES, "T2"], help="only this machine's disk (all: T1 and hub)")
    asked = parser.parse_args(words)
    _quiet()
    if asked.only:
        found = seen(parsed(asked.only))
        print(found)
        return bool(found.violation)
    machines = (asked.machine,) if asked.machine else MACHINES
    _census(machines)
    # By kind first: cases come in pairs, and an even step through them as they come would never meet a bad sector.
    chosen = sorted(cases(machines=machines), key=lambda case: (case.what, case.model, case.whole))
    return _all(chosen[:: asked.every])


def _census(machines: tuple[str, ...]) -> None:
    for name in machines:
        kinds = Counter(call.kind for call in undisturbed()[1][name])
        durable = sum(count for kind, count in kinds.items() if kind in DURABLE)
        print(f"{name}: {kinds.total()} calls that write, {durable} of them durable steps ({dict(kinds)})")


def _all(chosen: list[Case]) -> int:
    began, bad, tally = time.monotonic(), [], Counter[str]()
    with multiprocessing.get_context("spawn").Pool(PROCESSES, _quiet) as pool:
        for done, found in enumerate(pool.imap_unordered(seen, chosen, chunksize=8), 1):
            tally["runs"] += 1
            tally["cuts" if found.case.what in ("cut", "after") else found.case.what.rstrip("0123456789")] += 1
            tally["restarts"] += found.restarts
            tally["refusals"] += found.refused
            tally["kept to itself"] += bool(found.kept)
            if found.kept:
                print(
                    f"kept by SQLite to itself: {found.kept}, an empty log left where it is ({found.case})", flush=True
                )
            if found.violation:
                bad.append(found)
                print(f"violation: {found.violation}\n  ./run crash --only {found.case}", flush=True)
            if done % 100 == 0:
                print(f"{done} of {len(chosen)} days, {len(bad)} violations", file=sys.stderr, flush=True)
    memory_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{dict(tally)} in {time.monotonic() - began:.0f} s, {memory_mb} MB a process; violations: {len(bad)}")
    return bool(bad)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
