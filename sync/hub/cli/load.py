"""kopilka-hub import: members from CSV."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import lang, speak
from sync.hub.cli.common import answer, opened


def add(commands: Any, common: Any) -> None:
    told = speak("загрузить участников из CSV", "import members from CSV")
    parser = commands.add_parser("import", parents=[common], help=told)
    parser.add_argument("file", metavar="members.csv")
    told = speak("пропустить строки с ошибками", "leave out rows with faults")
    parser.add_argument("--skip-bad", action="store_true", help=told)
    parser.add_argument("--currency", default="main", help=speak("валюта баллов", "the points' currency"))
    parser.add_argument("--encoding", default="utf-8", help=speak("кодировка файла", "the file's encoding"))
    parser.set_defaults(func=load)


def load(args: argparse.Namespace) -> int:
    """Read the whole file, or nothing of it."""
    from sync.hub import wiring
    from sync.hub.loading import load_members, told

    with opened(args) as (database, keys):
        done = load_members(
            database,
            args.file,
            keys=keys,
            now_ms=wiring.clock(),
            currency=args.currency,
            encoding=args.encoding,
            skip_bad=args.skip_bad,
            lang=lang(),
        )
    data = {"rows": done.rows, "fresh": done.fresh, "points": done.points, "skipped": done.skipped}
    answer(args, data, told(done, lang()))
    return 0
