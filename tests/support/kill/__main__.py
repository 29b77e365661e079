"""./run kill: real tills and a real hub killed again and again under four POS threads; says what was lost, doubled or overspent."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter

from kill.loop import Run, run
from kill.shop import Shop


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the choices made; what a kill hits is the machine's")
    parser.add_argument("--keep", action="store_true", help="keep the folder even when all is well")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder, began = tempfile.mkdtemp(prefix="kopilka-kill-"), time.monotonic()
    shop = Shop(folder)

    def told(counts: Counter[str], done: int) -> None:
        if sys.stdout.isatty():
            seconds = time.monotonic() - began
            line = f"kill: {done}/{args.kills}  sales {counts['sale']}  replays {counts['replays']}  {seconds:.0f} s"
            print(f"\r{line}  ", end="", flush=True)

    try:
        found = run(shop, kills=args.kills, seed=args.seed, told=told)
    finally:
        shop.close()
    print(f"{report(found)}\nkill: {time.monotonic() - began:.0f} s, seed {args.seed}")
    if found.violations:
        print("\n".join(f"  {line}" for line in found.violations[:40]))
        print(f"kill: {len(found.violations)} violations; the databases are in {folder}")
        return 1
    if not args.keep:
        shutil.rmtree(folder)
    return 0


def report(found: Run) -> str:
    counts, hits = found.counts, found.hits
    victims = ", ".join(f"{name} {hits[name]}" for name in ("T1", "T2", "hub"))
    return "\n".join(
        (
            f"\nkills: {victims}; between two writes of one commit: {hits['mid-commit']}; line cut {hits['line cuts']} times",
            f"confirmed: sales {counts['sale']}, returns {counts['return']}, voids {counts['void']}, holds {counts['hold']}",
            f"replayed: {counts['replays']}, of which committed before their answer was lost: {counts['lost answers']}",
            f"refused (points gone meanwhile, quote died): {counts['refusals']}",
            f"violations: {len(found.violations)}",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
