"""kopilka-hub member show: one member with balance, lots and leases."""

from __future__ import annotations

import argparse
from typing import Any

from sync.hub.cli.common import answer, opened, speak, table, verbs_of


def add(commands: Any, common: Any) -> None:
    verbs = verbs_of(commands.add_parser("member", parents=[common], help=speak("участники", "members")))
    told = speak("остаток, партии, права на списание", "balance, lots, leases")
    parser = verbs.add_parser("show", parents=[common], help=told)
    which = parser.add_mutually_exclusive_group(required=True)
    for name in ("card", "phone", "id"):
        which.add_argument(f"--{name}", default="")
    parser.set_defaults(func=show)


def show(args: argparse.Namespace) -> int:
    """The member with this card, phone or id."""
    from sync.hub.showing import find_member, member_shown

    with opened(args) as (database, keys):
        book = find_member(database, keys.programme_key, card=args.card, phone=args.phone, member=args.id)
    data = member_shown(book)
    flat = {name: value for name, value in data.items() if name not in ("lots", "leases")}
    text = "\n\n".join([table([flat]), table(data["lots"]), table(data["leases"])])
    answer(args, data, text)
    return 0
