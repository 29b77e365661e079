"""kopilka-hub flags ls: records somebody may want to look at; each was taken all the same."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, opened, verbs_of
from sync.hub.cli.tables import table


def add(commands: Any, common: Any) -> None:
    told = speak("записи, на которые стоит взглянуть", "records worth a look")
    verbs = verbs_of(commands.add_parser("flags", parents=[common], help=told))
    listing = verbs.add_parser("ls", parents=[common], help=speak("новые сверху", "newest first"))
    listing.add_argument("--limit", type=int, default=100)
    listing.set_defaults(func=ls)


def ls(args: argparse.Namespace) -> int:
    """The newest flags."""
    from sync.hub.showing import flags_shown

    with opened(args) as (database, _):
        rows = flags_shown(database, args.limit)
    answer(args, rows, table(rows))
    return 0
