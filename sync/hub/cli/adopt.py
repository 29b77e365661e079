"""kopilka-hub adopt: the hub that lived inside a till moves here."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, settings_of, who


def add(commands: Any, common: Any) -> None:
    told = speak("забрать центр из кассы на эту машину", "move the hub out of a till to this machine")
    parser = commands.add_parser("adopt", parents=[common], help=told)
    what = speak(
        "папка данных кассы, папка её копий или файл центра",
        "the till's data folder, its backup folder, or the hub's file",
    )
    parser.add_argument("source", metavar="FOLDER|FILE", help=what)
    parser.set_defaults(func=adopt)


def adopt(args: argparse.Namespace) -> int:
    """Copy, check, begin a new epoch, and say what to do at the till."""
    import msgspec

    from sync.hub import adopting, wiring
    from sync.hub.store.audits import Audit

    settings = settings_of(args)
    act = Audit(at=wiring.clock(), who=who(), what="adopted", subject=args.source)
    moved = adopting.adopt(args.source, settings.database, paths=settings.fleet_files, act=act)
    shown = speak(
        "Центр перенесён в {target}, эпоха {epoch}.\n"
        "1. Запустите его: kopilka-hub run --database {target}\n"
        '2. На кассе {tills} в [hub] уберите embedded и укажите url = "https://адрес"; перезапустите кассу.\n'
        "   Код регистрации не нужен: центр знает её ключ. Чего в копии ещё нет, касса пришлёт сама; до этого баллы не выдаются.",
        "The hub has moved to {target}, epoch {epoch}.\n"
        "1. Start it: kopilka-hub run --database {target}\n"
        '2. At till {tills} take `embedded` out of [hub] and give url = "https://address"; restart the till.\n'
        "   No code is needed: the hub knows its key. What the copy lacks the till sends by itself; nothing is lent before.",
    )
    data = msgspec.to_builtins(moved)
    answer(args, data, shown.format(**{**data, "tills": ", ".join(moved.tills)}))
    return 0
