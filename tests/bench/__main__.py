"""./run bench: every budget beside the floor measured in the same run. Figures are reported, they never fail a build."""

from __future__ import annotations

import importlib
import sys
import time

PARTS = (
    "start",
    "engine",
    "scanner",
    "printer",
    "store",
    "group",
    "hub",
    "till",
    "embedded",
    "fill",
    "queue",
    "browser",
)
ROUNDS = 5


def main(words: list[str]) -> int:
    """Print one table; `words` name the parts to run, all without any."""
    chosen = [part for part in PARTS if not words or part in words]
    unknown = sorted(set(words) - set(PARTS))
    if unknown:
        print(f"bench: no part {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 64
    print(f"{'what':58} {'figure':>12} {'floor':>12} {'ratio':>7}  bar")
    for part in chosen:
        began = time.monotonic()
        print(f"bench: {part} ...", file=sys.stderr, flush=True)
        for what, figure, floor, bar in importlib.import_module(f"bench.{part}").rows():
            ratio = f"{figure / floor:7.1f}" if floor else "      -"
            print(f"{what:58} {figure:12.3f} {floor:12.3f} {ratio}  {bar}", flush=True)
        print(f"bench: {part} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
