"""What several commands ask for in the same way: which database, which record, in which language to answer."""

from __future__ import annotations

import argparse
import os
from typing import Any

from agent.command_line import speak


def add_database(parser: Any) -> None:
    """--config and --database, as `database_path` reads them."""
    parser.add_argument("--config", default=None, metavar="FILE")
    parser.add_argument(
        "--database",
        default=None,
        metavar="PATH",
        help=speak("вместо той, что в настройках", "instead of the one the configuration names"),
    )


def database_path(args: argparse.Namespace) -> str:
    """The till's database: --database, else the one of the configuration. Raises ConfigFault, NotFound."""
    from agent.errors import NotFound

    path: str | None = args.database
    if path is None:
        from agent.runtime.configure import DEFAULT_PATH, load

        path = os.path.join(load(args.config or DEFAULT_PATH).till.data, "till.sqlite3")
    if not os.path.exists(path):
        raise NotFound("no-database", path=path)
    return path


def record_place(text: str) -> tuple[int | None, int]:
    """A record's number as people write it: `812`, or `2/812` with its incarnation; (incarnation or None, seq)."""
    inc, slash, seq = text.rpartition("/")
    numbers = [part for part in (inc, seq) if part]
    if (
        len(text) > 30
        or not all(part.isascii() and part.isdecimal() for part in numbers)
        or not seq
        or (slash and not inc)
    ):
        raise argparse.ArgumentTypeError(f"{text[:40]!r}: 812 or 2/812 is meant")
    from agent.rows import MAX_INC, MAX_SEQ

    if int(seq) > MAX_SEQ or int(inc or 0) > MAX_INC:
        raise argparse.ArgumentTypeError(f"{text}: no record has such a number")
    return (int(inc) if inc else None), int(seq)
