"""kopilka rotate-key: a new signing key for this till."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak


def add(subparsers: Any) -> None:
    told = speak(
        "сменить ключ кассы; служба на это время остановлена", "change the till's key; its service is stopped meanwhile"
    )
    parser = subparsers.add_parser("rotate-key", help=told)
    parser.add_argument("--config", default=None, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Change the key at the hub and here. Safe to run again after any failure."""
    import json

    from agent.runtime.configure import DEFAULT_PATH, load
    from agent.runtime.rotating import rotate
    from sync.signing import Signer

    made = rotate(load(args.config or DEFAULT_PATH))
    public = Signer(bytes.fromhex(made.till_key)).public
    if args.json:
        print(json.dumps({"till": made.till, "public_key": public}))
    else:
        print(speak(f"Ключ кассы {made.till} сменён: {public}", f"The key of till {made.till} was changed: {public}"))
    return 0
