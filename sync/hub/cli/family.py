"""kopilka-hub family add|remove|list: members whose points are gathered in one pot."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, opened, verbs_of
from sync.hub.cli.tables import table


def add(commands: Any, common: Any) -> None:
    told = speak("семьи: общая копилка", "families: a pot of their own")
    verbs = verbs_of(commands.add_parser("family", parents=[common], help=told))
    named = speak("card:НОМЕР, phone:НОМЕР или номер участника", "card:NUMBER, phone:NUMBER or a member's id")
    told = speak(
        "баллы участника собираются в копилке POT, её карта их тратит",
        "gather a member's points in POT, whose card spends them",
    )
    joining = verbs.add_parser("add", parents=[common], help=told, description=f"{told} ({named})")
    joining.add_argument("member", metavar="MEMBER")
    joining.add_argument("pot", metavar="POT")
    joining.set_defaults(func=join)
    told = speak("участник снова копит сам", "the member saves alone again")
    leaving = verbs.add_parser("remove", parents=[common], help=told, description=f"{told} ({named})")
    leaving.add_argument("member", metavar="MEMBER")
    leaving.set_defaults(func=remove)
    verbs.add_parser("list", parents=[common], help=speak("все", "all")).set_defaults(func=list_)


def join(args: argparse.Namespace) -> int:
    """From now on the pot gets what the member earns."""
    from sync.hub import families, wiring
    from sync.hub.showing import named_member
    from sync.hub.store.steps import transaction

    with opened(args) as (database, keys), transaction(database):
        member, pot = (named_member(database, keys.programme_key, text) for text in (args.member, args.pot))
        families.join(database, member, pot, now_ms=wiring.clock())
    told = speak("Баллы {} собираются в копилке {}.", "Points of {} are gathered in {}.")
    answer(args, {"member": member, "pot": pot}, told.format(member, pot))
    return 0


def remove(args: argparse.Namespace) -> int:
    """What the pot has stays there."""
    from sync.hub import families
    from sync.hub.showing import named_member
    from sync.hub.store.steps import transaction

    with opened(args) as (database, keys), transaction(database):
        member = named_member(database, keys.programme_key, args.member)
        pot = families.leave(database, member)
    told = speak("{} копит сам; что в копилке {}, там и остаётся.", "{} saves alone; what is in {} stays there.")
    answer(args, {"member": member, "pot": pot}, told.format(member, pot))
    return 0


def list_(args: argparse.Namespace) -> int:
    """Pots and who shares them."""
    from sync.hub.store import families

    with opened(args) as (database, _):
        rows = [{"pot": pot, "member": member, "since": at} for pot, member, at in families.listed(database)]
    answer(args, rows, table(rows))
    return 0
