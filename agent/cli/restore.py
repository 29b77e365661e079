"""kopilka restore FILE: put a backup in the place of the database."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import lang, speak


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "restore",
        help=speak("вернуть базу из копии", "put a backup in the place of the database"),
        description=speak(
            "Вернуть базу из копии. Касса должна быть остановлена; она ничего не списывает, пока не встретится с центром.",
            "Put a backup in the place of the database. The till must be stopped; it spends nothing until it has met the hub.",
        ),
    )
    parser.add_argument(
        "file", help=speak("копия: till-*.sqlite3 из папки копий", "a backup: till-*.sqlite3 from the backup folder")
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help=speak(
            "даже если пропадут продажи, которых нет в центре", "even if sales would be lost that the hub has not got"
        ),
    )
    parser.add_argument("--config", default=None, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Restore. Raises what `restoring.restore` does."""
    import msgspec

    from agent.runtime.configure import DEFAULT_PATH, load
    from agent.runtime.restoring import restore

    made = restore(load(args.config or DEFAULT_PATH), args.file, force=args.force)
    if args.json:
        print(msgspec.json.encode(made).decode())
    elif lang() == "ru":
        print(f"На месте база до записи {made.inc}/{made.seq}.")
        if made.aside:
            print(f"Прежняя отложена: {made.aside}")
        print("Запустите кассу: systemctl start kopilka. Списывать баллы она начнёт после связи с центром.")
    else:
        print(f"The database up to record {made.inc}/{made.seq} is in place.")
        if made.aside:
            print(f"The former one was put aside: {made.aside}")
        print("Start the till: systemctl start kopilka. It spends points once it has met the hub.")
    return 0
