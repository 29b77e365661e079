"""kopilka-hub programme check|publish|list: what tills reckon by."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, opened, verbs_of
from sync.hub.cli.tables import table


def add(commands: Any, common: Any) -> None:
    told = speak("программа: проверить, опубликовать, показать", "the programme: check, publish, list")
    verbs = verbs_of(commands.add_parser("programme", parents=[common], help=told))
    for name, func, told in (
        ("check", check, speak("проверить файл", "check a file")),
        ("publish", publish, speak("разослать кассам", "send it to the tills")),
    ):
        verb = verbs.add_parser(name, parents=[common], help=told)
        verb.add_argument("file")
        verb.set_defaults(func=func)
    listing = verbs.add_parser("list", parents=[common], help=speak("все версии", "all versions"))
    listing.set_defaults(func=list_)


def _text(path: str) -> str:
    from agent.config import MAX_BYTES
    from agent.errors import ConfigFault, NotFound

    try:
        with open(path, encoding="utf-8") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotFound("file-unreadable", file=path, problem=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise ConfigFault([f"{path}: not UTF-8"], file=path) from error


def check(args: argparse.Namespace) -> int:
    """Read the file as publishing would; every fault at once."""
    from sync.hub.publishing import checked

    found = checked(_text(args.file), args.file)
    told = speak("{}: всё верно. Программа «{}», версия {}.", "{}: all is well. Programme {}, version {}.")
    data = {"id": found.id, "version": found.version, "hash": found.hash}
    answer(args, data, told.format(args.file, found.id, found.version))
    return 0


def publish(args: argparse.Namespace) -> int:
    """Sign the programme and put it into the feed."""
    from sync.hub import wiring
    from sync.hub.publishing import publish
    from sync.hub.store.steps import transaction

    text = _text(args.file)
    with opened(args) as (database, keys), transaction(database):
        made = publish(database, text, args.file, signer=keys.signer, now_ms=wiring.clock())
    told = speak("Опубликовано: «{}», версия {}.", "Published: {}, version {}.")
    data = {"serial": made.serial, "id": made.id, "version": made.version, "hash": made.hash}
    answer(args, data, told.format(made.id, made.version))
    return 0


def list_(args: argparse.Namespace) -> int:
    """Every version published."""
    from sync.hub.store import programmes

    with opened(args) as (database, _):
        found = programmes.listed(database)
    rows = [
        {"serial": p.serial, "id": p.id, "version": p.version, "hash": p.hash, "published": p.published} for p in found
    ]
    answer(args, rows, table(rows))
    return 0
