"""kopilka-hub restore: put the database back from a copy; tills bring again what came after it."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, settings_of, who


def add(commands: Any, common: Any) -> None:
    told = speak("вернуть базу из копии", "put the database back from a copy")
    more = speak(
        "Центр должен быть остановлен. Прежняя база откладывается. До прихода всех касс баллы не выдаются.",
        "The hub must be stopped. The former database is put aside. Nothing is granted until every till has come.",
    )
    parser = commands.add_parser("restore", parents=[common], help=told, description=more)
    parser.add_argument("file", metavar="hub-....db")
    parser.add_argument("--reason", default="", help=speak("почему; остаётся в журнале", "why; kept in the audit"))
    parser.set_defaults(func=restore)


def restore(args: argparse.Namespace) -> int:
    """Swap the database under a new epoch. Raises Conflict for a server."""
    from agent.errors import Conflict
    from sync.hub import restoring, wiring
    from sync.hub.store.audits import Audit
    from sync.hub.store.server import is_server

    settings = settings_of(args)
    if is_server(settings.database):
        raise Conflict("server-keeps-copies")
    act = Audit(at=wiring.clock(), who=who(), what="restored", subject=args.file, reason=args.reason)
    let_go = wiring.hold(settings.database)
    try:
        known, aside = restoring.restore(settings.database, args.file, paths=settings.fleet_files, act=act)
    finally:
        let_go()
    data = {"epoch": known.epoch, "awaited": [one.till for one in known.tills], "former": aside or None}
    told = speak(
        "База восстановлена, эпоха {}. Центр ждёт касс: {}. Прежняя база: {}\nДальше: kopilka-hub run, kopilka-hub status",
        "The database is restored, epoch {}. The hub waits for tills: {}. Former database: {}\nNext: kopilka-hub run, kopilka-hub status",
    )
    answer(args, data, told.format(known.epoch, len(known.tills), aside or "-"))
    return 0
