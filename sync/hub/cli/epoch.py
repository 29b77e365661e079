"""kopilka-hub new-epoch: a standby was promoted that may lack the last commits; tills push them again."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import add_reason, answer, opened, settings_of, who


def add(commands: Any, common: Any) -> None:
    told = speak("после перехода на отставший резервный сервер", "after a standby that lagged was promoted")
    more = speak(
        "Остановите все процессы центра. До прихода всех касс баллы не выдаются.",
        "Stop every process of the hub first. Nothing is granted until every till has come.",
    )
    parser = commands.add_parser("new-epoch", parents=[common], help=told, description=more)
    add_reason(parser)
    parser.set_defaults(func=new_epoch)


def new_epoch(args: argparse.Namespace) -> int:
    """Raise the epoch and wait for all tills."""
    from sync.hub import restoring, wiring
    from sync.hub.store.audits import Audit

    settings = settings_of(args)
    let_go = wiring.hold(settings.database)
    try:
        with opened(args) as (database, _):
            act = Audit(at=wiring.clock(), who=who(), what="new-epoch", subject="hub", reason=args.reason)
            known = restoring.new_epoch(database, paths=settings.fleet_files, act=act)
    finally:
        let_go()
    told = speak("Эпоха {}. Центр ждёт касс: {}.", "Epoch {}. The hub waits for tills: {}.")
    data = {"epoch": known.epoch, "awaited": [one.till for one in known.tills]}
    answer(args, data, told.format(known.epoch, len(known.tills)))
    return 0
