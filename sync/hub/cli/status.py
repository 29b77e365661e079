"""kopilka-hub status: one screen of how the hub stands."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, opened
from sync.hub.cli.tables import table


def add(commands: Any, common: Any) -> None:
    told = speak("состояние центра на одном экране", "how the hub stands, on one screen")
    commands.add_parser("status", parents=[common], help=told).set_defaults(func=status)


def status(args: argparse.Namespace) -> int:
    """Epoch, whom it waits for, tills, what lies aside, the last copy."""
    from sync.hub.standing import standing

    with opened(args) as (database, _):
        found = standing(database)
    flat = {name: value for name, value in found.items() if name not in ("awaited", "fleet")}
    parts = [table([flat], width=1)]
    if found["state"] == "recovering":
        told = speak(
            "Центр восстанавливается: баллы не выдаются, пока не придут эти кассы.\nНе ждать: kopilka-hub till waive КАССА --reason ...",
            "The hub is recovering: nothing is granted until these tills come.\nWait no longer: kopilka-hub till waive TILL --reason ...",
        )
        parts.append(f"{told}\n{table(found['awaited'])}")
    answer(args, found, "\n\n".join([*parts, table(found["fleet"])]))
    return 0
