"""kopilka-hub audit ls: what people did to the hub by hand."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, opened, verbs_of
from sync.hub.cli.tables import table


def add(commands: Any, common: Any) -> None:
    told = speak("что люди делали с центром руками", "what people did to the hub by hand")
    verbs = verbs_of(commands.add_parser("audit", parents=[common], help=told))
    listing = verbs.add_parser("ls", parents=[common], help=speak("новое сверху", "newest first"))
    listing.add_argument("--limit", type=int, default=100)
    listing.set_defaults(func=ls)


def ls(args: argparse.Namespace) -> int:
    """The last acts."""
    import msgspec

    from sync.hub.store import audits

    with opened(args) as (database, _):
        rows = [msgspec.structs.asdict(act) for act in audits.newest(database, args.limit)]
    answer(args, rows, table(rows))
    return 0
