"""kopilka-hub run: the service."""

from __future__ import annotations

import argparse
import os
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import settings_of


def add(commands: Any, common: Any) -> None:
    parser = commands.add_parser("run", parents=[common], help=speak("запустить службу", "run the service"))
    parser.add_argument("--listen", metavar="HOST:PORT", help=speak("адрес, HOST:PORT", "address, HOST:PORT"))
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal."""
    from agent import log
    from sync.hub.running import run as serve

    settings = settings_of(args)
    stop = log.start(journal="JOURNAL_STREAM" in os.environ)
    try:
        return serve(settings)
    finally:
        # Whoever calls this from a process of its own goes on with the logging it had.
        stop()
