"""kopilka token add|list|revoke: who may call the till's API."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("token", help=speak("ключи доступа к кассе", "tokens of the local API"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    one = verbs.add_parser("add", help=speak("выдать ключ; он показывается один раз", "make a token; it is shown once"))
    one.add_argument("name", help=speak("чей он: pos-1, backoffice", "whose it is: pos-1, backoffice"))
    one.add_argument("--scope", choices=("pos", "page", "read"), default="pos")
    one.set_defaults(func=add_token)
    listing = verbs.add_parser("list", help=speak("имена и права", "names and scopes"))
    listing.set_defaults(func=list_tokens)
    end = verbs.add_parser("revoke", help=speak("отозвать ключ сразу", "end a token at once"))
    end.add_argument("name")
    end.set_defaults(func=revoke)
    for each in (one, listing, end):
        each.add_argument("--config", default=None, metavar="FILE")
        each.add_argument("--json", action="store_true")


def _file(args: argparse.Namespace) -> Any:
    from agent.cli.local import tokens
    from agent.runtime.configure import DEFAULT_PATH, load

    return tokens(load(args.config or DEFAULT_PATH))


def add_token(args: argparse.Namespace) -> int:
    import json

    from agent.runtime.clock import SystemClock

    token = _file(args).add(args.name, args.scope, SystemClock.now_ms())
    print(json.dumps({"name": args.name, "scope": args.scope, "token": token}) if args.json else token)
    return 0


def list_tokens(args: argparse.Namespace) -> int:
    import json

    rows = _file(args).all()
    if args.json:
        print(json.dumps([{"name": row.name, "scope": row.scope, "created_ms": row.created_ms} for row in rows]))
    else:
        for row in rows:
            print(f"{row.name:24} {row.scope}")
    return 0


def revoke(args: argparse.Namespace) -> int:
    _file(args).revoke(args.name)
    return 0
