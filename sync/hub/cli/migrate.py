"""kopilka-hub migrate: make the database, or bring its schema up to date."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, opened


def add(commands: Any, common: Any) -> None:
    told = speak("создать базу или обновить её схему", "make the database or bring its schema up to date")
    commands.add_parser("migrate", parents=[common], help=told).set_defaults(func=migrate)


def migrate(args: argparse.Namespace) -> int:
    """Open the database, which migrates it."""
    from sync.hub.store.server import place_of

    with opened(args) as (database, _):
        path = place_of(database)
    answer(args, {"database": path}, speak("База готова: {}", "The database is ready: {}").format(path))
    return 0
