"""kopilka shift end: what a POS that makes no HTTP calls runs with its Z report."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import lang, speak


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("shift", help=speak("закончить смену", "end a shift"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    one = verbs.add_parser(
        "end",
        help=speak(
            "вернуть права на списание этой смены; выполняйте вместе с Z-отчётом",
            "give back the rights to spend of this shift's visits; run it with the Z report",
        ),
    )
    one.add_argument("--config", default=None, metavar="FILE")
    one.add_argument(
        "--token",
        default="",
        help=speak("ключ pos, если у кассы нет сокета", "a pos token, where the till has no socket"),
    )
    one.add_argument("--json", action="store_true")
    one.set_defaults(func=end)


def end(args: argparse.Namespace) -> int:
    """Ask the running till. Raises Unauthorised where it wants a token, Unavailable when none runs."""
    import json

    from agent.cli.local import ask
    from agent.errors import Unauthorised, Unavailable
    from agent.runtime.configure import DEFAULT_PATH, load

    code, found = ask(load(args.config or DEFAULT_PATH), "POST", "/v1/shift/end", {}, token=args.token)
    if code in (401, 403):
        raise Unauthorised(scope="pos")
    if code != 200:
        raise Unavailable("till-not-running", address="/v1/shift/end", problem=str(code))
    count, online = found["leases"], found["online"]
    if args.json:
        print(json.dumps(found))
    elif lang() == "ru":
        tail = "вернутся центру в течение минуты" if online else "центр сейчас недоступен, вернутся позже"
        print(f"Смена закончена. Права на списание ({count}): {tail}.")
    else:
        tail = "go back to the hub within a minute" if online else "the hub is away, they go back later"
        print(
            f"The shift is over. Rights to spend ({count}): they {tail}."
            if online
            else f"The shift is over. Rights to spend ({count}): {tail}."
        )
    return 0
