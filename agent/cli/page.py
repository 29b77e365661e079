"""kopilka page pair: a one-time code that lets a browser on this till show the cashier's page."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import lang, speak


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("page", help=speak("подключить страницу кассира", "pair the cashier's page"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    one = verbs.add_parser(
        "pair",
        help=speak(
            "показать код для страницы; он живёт десять минут", "show a code to type on the page; it lives ten minutes"
        ),
    )
    one.add_argument("--config", default=None, metavar="FILE")
    one.add_argument("--json", action="store_true")
    one.set_defaults(func=pair)


def pair(args: argparse.Namespace) -> int:
    import json

    from agent.cli.local import tokens
    from agent.runtime.clock import SystemClock
    from agent.runtime.configure import DEFAULT_PATH, load

    settings = load(args.config or DEFAULT_PATH)
    code = tokens(settings).code(SystemClock.now_ms())
    address = f"http://127.0.0.1:{settings.api.port}/"
    if args.json:
        print(json.dumps({"code": code, "page": address}))
    elif lang() == "ru":
        print(f"Откройте {address} и введите код {code[:4]} {code[4:]} (действует 10 минут).")
    else:
        print(f"Open {address} and type the code {code[:4]} {code[4:]} (good for 10 minutes).")
    return 0
