"""./run sim: hundreds of simulated shops, each grown from a number; the first that breaks an invariant is told with its story."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter as Counts
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

from simulation import pinned
from simulation.mutants import MUTANTS
from simulation.run_seed import Result, run_seed

FRESH = 1_000_000
"""Mutants are looked for on seeds from here on, where no pinned one lies."""
WITHIN = 50
TOLD = 40
"""Steps of a failing seed's story that are told without -v."""


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run sim", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many fresh seeds (default 100)")
    parser.add_argument("--from", dest="first", type=int, default=1, metavar="S", help="the first of them")
    parser.add_argument("--seed", type=int, help="run this one only, and tell its story")
    parser.add_argument("--mutant", default="", choices=["", *MUTANTS], metavar="NAME", help="with a planted bug")
    parser.add_argument("--mutants", action="store_true", help="see that every planted bug is caught")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell the whole story")
    args = parser.parse_args(words)
    if args.seed is not None:
        return _one(args, whole=args.verbose)
    with ProcessPoolExecutor(args.jobs) as pool:
        if args.mutants:
            return _mutants(pool)
        return _many(pool, args)


def _one(args: argparse.Namespace, *, whole: bool) -> int:
    result = run_seed(args.seed, args.mutant)
    print("\n".join(result.trace if whole else result.trace[-TOLD:]))
    print(_counts(result.counts))
    print(f"trace {result.digest}")
    return _verdict(result, args)


def _verdict(result: Result, args: argparse.Namespace) -> int:
    if not result.rule:
        print(f"seed {result.seed}: 0 violations")
        return 0
    print(f"seed {result.seed}: VIOLATION in step {result.steps}\n  invariant: {result.rule}\n  found: {result.text}")
    more = f" --mutant {args.mutant}" if args.mutant else ""
    print(f"  replay: ./run sim --seed {result.seed}{more} -v")
    return 1


def _many(pool: ProcessPoolExecutor, args: argparse.Namespace) -> int:
    seeds = [*pinned.seeds(), *range(args.first, args.first + args.seeds)]
    counts: Counts[str] = Counts()
    broken: list[Result] = []
    for result in _told(pool.map(run_seed, seeds, [args.mutant] * len(seeds), chunksize=4), len(seeds)):
        counts.update(result.counts)
        counts["steps"] += result.steps
        if result.rule:
            print(f"sim: seed {result.seed} breaks: {result.rule}", file=sys.stderr, flush=True)
            broken.append(result)
    print(_counts(counts))
    for result in broken[:3]:
        print("\n".join(("", *result.trace[-TOLD:])))
        _verdict(result, args)
    if len(broken) > 3:
        print(f"and {len(broken) - 3} more: {', '.join(str(one.seed) for one in broken[3:40])}")
    print(f"{len(seeds)} seeds ({len(pinned.seeds())} pinned): {len(broken)} violations")
    return 1 if broken else 0


def _told(results: Iterable[Result], total: int) -> Iterator[Result]:
    """Results as they come, with how far it is and how long it will take."""
    began = told = time.monotonic()
    for done, result in enumerate(results, 1):
        yield result
        now = time.monotonic()
        if now - told > 2 or done == total:
            told = now
            rate = done / (now - began)
            print(
                f"sim: {done} of {total} seeds, {rate:.1f}/s, {(total - done) / rate:.0f} s left",
                file=sys.stderr,
                flush=True,
            )


def _counts(counts: Counts[str]) -> str:
    width = max(map(len, counts), default=0)
    return "\n".join(f"  {name:{width}} {counts[name]:>9,}" for name in sorted(counts))


def _mutants(pool: ProcessPoolExecutor) -> int:
    """Each planted bug on its pinned seed and on fresh ones, until one catches it."""
    missed = 0
    print(f"{'planted bug':28} {'pinned':>7}  {'fresh':>5}  caught by")
    for name in MUTANTS:
        seed = pinned.mutants().get(name)
        by = run_seed(seed, name) if seed is not None else None
        fresh, rule = _fresh(pool, name)
        caught = by is not None and bool(by.rule) and bool(rule)
        missed += not caught
        shown = f"{seed}" if seed is not None else "none"
        print(
            f"{name:28} {shown:>7}  {fresh if rule else '>' + str(WITHIN):>5}  {rule or 'NOBODY'}"
            + ("" if by is None or by.rule else "  (the pinned seed does not catch it)"),
            flush=True,
        )
    print(f"{len(MUTANTS)} planted bugs, {missed} missed")
    return 1 if missed else 0


def _fresh(pool: ProcessPoolExecutor, name: str) -> tuple[int, str]:
    """How many fresh seeds it took, and the invariant."""
    for start in range(0, WITHIN, 2):
        seeds = range(FRESH + start, FRESH + start + 2)
        for count, result in enumerate(pool.map(run_seed, seeds, [name] * 2), start + 1):
            if result.rule:
                return count, result.rule
    return WITHIN, ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
