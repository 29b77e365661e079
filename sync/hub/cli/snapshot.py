"""kopilka-hub snapshot: the file of all members that new tills take."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import lang, speak
from sync.hub.cli.common import answer, opened, settings_of


def add(commands: Any, common: Any) -> None:
    told = speak("подготовить файл участников для новых касс", "make the file of members for new tills")
    commands.add_parser("snapshot", parents=[common], help=told).set_defaults(func=snapshot)


def snapshot(args: argparse.Namespace) -> int:
    """Beside a running hub too; it serves the new file from its next answer on. Raises ConfigFault where no folder is named for it."""
    from agent.errors import ConfigFault
    from sync.hub import wiring
    from sync.hub.filling import Fills, make
    from sync.hub.loading import counting
    from sync.hub.store import feed
    from sync.hub.store.steps import Steps

    folder = settings_of(args).fill_folder
    if not folder:
        told = speak(
            "нужна папка, общая для всех служб центра", "a folder is needed, one that all hubs of this server share"
        )
        raise ConfigFault([f"[fill] folder: {told}"])
    with opened(args) as (database, keys):
        # On a server with no hub running: what was imported has no numbers yet.
        while feed.is_due(database):
            Steps(database).run(lambda: feed.publish(database))
        signer = keys.now(database).signer
        made = make(database, Fills(folder), signer, now_ms=wiring.clock(), tell=counting(database, lang()))
    if made is None:
        answer(args, {"members": 0}, speak("Участников нет: готовить нечего.", "There are no members to make it of."))
        return 0
    data = {"members": made.members, "bytes": made.size, "pieces": len(made.pieces), "cursor": made.cursor}
    shown = speak(
        "Готово: участников {}, {} МБ, частей {}. Новые кассы возьмут этот файл.",
        "Done: {} members, {} MB, {} pieces. New tills will take this file.",
    )
    answer(args, data, shown.format(made.members, round(made.size / 1e6, 1), len(made.pieces)))
    return 0
