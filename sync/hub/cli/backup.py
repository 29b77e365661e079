"""kopilka-hub backup: a verified copy of the database, beside a hub that runs too."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, opened, settings_of

MANY = 10_000
"""Copies kept in a folder the configuration does not name: nothing of it is thrown away."""


def add(commands: Any, common: Any) -> None:
    told = speak("проверенная копия базы", "a verified copy of the database")
    parser = commands.add_parser("backup", parents=[common], help=told)
    where = speak("куда; иначе из настроек", "where; else as configured")
    parser.add_argument("folder", nargs="?", default="", help=where)
    parser.set_defaults(func=backup)


def backup(args: argparse.Namespace) -> int:
    """Copy, check the copy, and note what tills may forget now. Raises BadRequest without a folder, Conflict for a server."""
    from agent.errors import BadRequest, Conflict
    from sync.hub import fleet, wiring
    from sync.hub.saving import newest, note, save_copy
    from sync.hub.store.server import is_server
    from sync.hub.store.steps import transaction

    settings = settings_of(args)
    if is_server(settings.database):
        raise Conflict("server-keeps-copies")
    folder = args.folder or settings.backup.folder
    if not folder:
        raise BadRequest("no-backup-folder")
    keep = settings.backup.keep if folder == settings.backup.folder else MANY
    with opened(args) as (database, _):
        now_ms = wiring.clock()
        saved = save_copy(settings.database, folder, now_ms=now_ms, keep=keep)
        with transaction(database):
            fleet.renew(database, [fleet.in_folder(folder)], now_ms=now_ms)
            note(database, saved, at=now_ms)
    path = newest(folder)
    shown = [{"till": till, "incarnation": inc, "durable": wm} for till, inc, wm in saved]
    answer(args, {"file": path, "durable": shown}, speak("Копия: {}", "Copy: {}").format(path))
    return 0
