"""kopilka-hub quarantine ls: records that could not be applied."""

from __future__ import annotations

import argparse
from typing import Any

from sync.hub.cli.common import answer, opened, speak, table, verbs_of


def add(commands: Any, common: Any) -> None:
    told = speak("записи, которые не удалось применить", "records that could not be applied")
    verbs = verbs_of(commands.add_parser("quarantine", parents=[common], help=told))
    listing = verbs.add_parser("ls", parents=[common], help=speak("все такие записи", "all of them"))
    listing.add_argument("--limit", type=int, default=100)
    listing.set_defaults(func=ls)


def ls(args: argparse.Namespace) -> int:
    """The newest parked records."""
    from sync.hub.showing import parked_shown

    with opened(args) as (database, _):
        rows = parked_shown(database, args.limit)
    answer(args, rows, table(rows))
    return 0
