"""What the hub's commands have in common: settings, the opened database, the answer as a table or JSON."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from agent.command_line import speak

if TYPE_CHECKING:
    import peewee

    from sync.hub.keys import Keys
    from sync.hub.settings import Settings

DEFAULT_CONFIG = "/etc/kopilka-hub/config.toml"
REASON_SIGNS = 500


def verbs_of(parser: Any) -> Any:
    """The sub-commands of a command that has some."""
    return parser.add_subparsers(metavar="VERB", required=True)


def settings_of(args: argparse.Namespace) -> Settings:
    """The file's settings, the command line's over them. Raises ConfigFault."""
    import msgspec

    from agent.errors import ConfigFault
    from sync.hub.settings import MAX_FILE_BYTES, Settings, listen_at, read_settings, with_secret

    path = getattr(args, "config", None)
    settings = Settings()
    if path or os.path.exists(DEFAULT_CONFIG):
        path = path or DEFAULT_CONFIG
        try:
            with open(path, encoding="utf-8") as file:
                settings = read_settings(file.read(MAX_FILE_BYTES + 1), path)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigFault([f"{path}: {getattr(error, 'strerror', None) or error}"], file=path) from error
    if database := getattr(args, "database", None):
        settings = msgspec.structs.replace(settings, database=database, database_file="")
    settings = with_secret(settings, os.environ.get("CREDENTIALS_DIRECTORY", ""))
    if listen := getattr(args, "listen", None):
        settings = msgspec.structs.replace(settings, listen=listen_at(listen))
    return settings


@contextlib.contextmanager
def opened(args: argparse.Namespace) -> Iterator[tuple[peewee.Database, Keys]]:
    """The hub's database, beside a running hub too: each step of ours is one short transaction."""
    from sync.hub import wiring
    from sync.hub.opening import open_hub

    database, keys = open_hub(settings_of(args).database, chance=wiring.chance, check=False)
    try:
        yield database, keys
    finally:
        database.close()


def who() -> str:
    """The person at the keyboard, for the audit."""
    import getpass

    return os.environ.get("SUDO_USER") or getpass.getuser()


def add_reason(parser: argparse.ArgumentParser) -> None:
    """--reason, which must be given: a person answers for what cannot be taken back."""
    told = speak("почему; остаётся в журнале", "why; kept in the audit")
    parser.add_argument("--reason", required=True, type=_reason, help=told)


def _reason(text: str) -> str:
    if not text.strip() or len(text) > REASON_SIGNS:
        told = speak("нужны слова, до {} знаков", "say it in words, up to {} signs")
        raise argparse.ArgumentTypeError(told.format(REASON_SIGNS))
    return text


def answer(args: argparse.Namespace, data: object, text: str) -> None:
    """Print the text, or with --json the data."""
    print(json.dumps(data, ensure_ascii=False, indent=1) if getattr(args, "json", False) else text)
