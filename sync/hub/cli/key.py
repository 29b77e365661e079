"""kopilka-hub rotate-key: a new key for the hub's signatures."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, opened


def add(commands: Any, common: Any) -> None:
    told = speak("сменить ключ подписи центра", "change the key the hub signs with")
    commands.add_parser("rotate-key", parents=[common], help=told).set_defaults(func=rotate_key)


def rotate_key(args: argparse.Namespace) -> int:
    """Beside a running hub too: it signs with the new key from its next step on."""
    from sync.hub import wiring
    from sync.hub.keys import rotate
    from sync.hub.store.steps import transaction

    with opened(args) as (database, _), transaction(database):
        made = rotate(database, wiring.chance, now_ms=wiring.clock())
    told = speak(
        "Ключ центра сменён: {}\nКассы узнают об этом сами. Сделайте копию базы: прежняя не знает нового ключа.",
        "The hub's key was changed: {}\nTills learn of it by themselves. Back up the database: former copies lack the new key.",
    )
    answer(args, {"hub_key": made.signer.public}, told.format(made.signer.public))
    return 0
