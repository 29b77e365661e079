"""kopilka enrol-till CODE: join a hub."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import lang, speak


def add(subparsers: Any) -> None:
    told = speak("подключить кассу к центру по коду", "join a hub by a one-time code")
    parser = subparsers.add_parser("enrol-till", help=told, description=told)
    parser.add_argument("code", help=speak("код; его даёт kopilka-hub till add", "from: kopilka-hub till add"))
    told = speak("адрес центра (по умолчанию [hub] url)", "the hub's address (default: [hub] url)")
    parser.add_argument("--hub", default=None, metavar="URL", help=told)
    parser.add_argument("--config", default=None, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Join the hub. Raises BadRequest without an address."""
    import json

    from agent.errors import BadRequest
    from agent.runtime.configure import DEFAULT_PATH, load
    from agent.runtime.enrolling import enrol

    settings = load(args.config or DEFAULT_PATH)
    url = args.hub or settings.hub.url
    if not url:
        raise BadRequest("hub-address", problem="--hub URL")
    made = enrol(settings, args.code, url)
    if args.json:
        print(json.dumps({"till": made.till, "store": made.store, "store_name": made.store_name, "hub": made.hub_url}))
    elif lang() == "ru":
        print(f"Касса {made.till} магазина «{made.store_name or made.store}» подключена к {made.hub_url}.")
    else:
        print(f"Till {made.till} of {made.store_name or made.store} has joined {made.hub_url}.")
    return 0
