"""kopilka-hub member show|merge: one member with balance, lots and leases; two members made one."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import add_reason, answer, opened, settings_of, verbs_of, who
from sync.hub.cli.tables import table


def add(commands: Any, common: Any) -> None:
    verbs = verbs_of(commands.add_parser("member", parents=[common], help=speak("участники", "members")))
    told = speak("остаток, партии, права на списание", "balance, lots, leases")
    parser = verbs.add_parser("show", parents=[common], help=told)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--card", default="", help=speak("номер карты", "the card's number"))
    which.add_argument("--phone", default="", help=speak("телефон", "the phone"))
    which.add_argument("--id", default="", help=speak("номер участника", "the member's id"))
    parser.set_defaults(func=show)
    told = speak(
        "объединить двух навсегда: card:НОМЕР, phone:НОМЕР или номер участника",
        "make two one, for ever: card:NUMBER, phone:NUMBER or a member's id",
    )
    joining = verbs.add_parser("merge", parents=[common], help=told, description=told)
    joining.add_argument("member", metavar="FROM")
    joining.add_argument("target", metavar="INTO")
    add_reason(joining)
    joining.set_defaults(func=merge)


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


def merge(args: argparse.Namespace) -> int:
    """Whatever is or becomes available of the first is the second's."""
    from sync.hub import wiring
    from sync.hub.merging import Act, merge_for_good
    from sync.hub.showing import named_member

    with opened(args) as (database, keys):
        member, target = (named_member(database, keys.programme_key, text) for text in (args.member, args.target))
        act = Act(who=who(), reason=args.reason, at=wiring.clock())
        gone, heir = merge_for_good(database, member, target, act, paths=settings_of(args).fleet_files)
    told = speak(
        "{} теперь {}. Открытые права на кассах отозваны.", "{} is {} now. Open rights at tills are asked back."
    )
    answer(args, {"member": gone, "into": heir}, told.format(gone, heir))
    return 0
