"""kopilka run: the till's service in the foreground, as systemd starts it."""

from __future__ import annotations

import argparse
import os
from typing import Any

from agent.command_line import speak


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "run",
        help=speak("запустить службу кассы", "run the till's service"),
        description=speak("Служба кассы, пока её не остановят.", "Run the till's service until it is told to stop."),
    )
    parser.add_argument(
        "--config",
        default=None,
        metavar="FILE",
        help=speak(
            "настройки (по умолчанию /etc/kopilka/config.toml)", "configuration (default /etc/kopilka/config.toml)"
        ),
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0 after SIGTERM; 74 when the disk fails; 78 for a configuration that cannot be used."""
    from agent.runtime.memory import keep_small

    keep_small()
    from agent import log
    from agent.cli import VERSION
    from agent.runtime import daemon
    from agent.runtime.configure import DEFAULT_PATH, load

    settings = load(args.config or DEFAULT_PATH)
    stop = log.start(level=settings.log.level.upper(), journal="JOURNAL_STREAM" in os.environ)
    try:
        return daemon.run(settings, version=VERSION)
    finally:
        # Whoever calls this from a process of its own goes on with the logging it had.
        stop()
