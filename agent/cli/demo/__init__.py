"""kopilka demo: hub, two tills, simulated scanners and printers and the cashier's page, all real and all on this machine."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from typing import Any

from agent.command_line import lang, speak

INTERRUPTED = 130


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "demo",
        help=speak(
            "центр, кассы, сканер, принтер и страница на этой машине",
            "hub, tills, scanner, printer and page on this machine",
        ),
        description=speak(
            "Магазин на этой машине: центр, две кассы, имитация устройств, страница кассира.",
            "A shop on this machine: hub, two tills, simulated devices, the cashier's page.",
        ),
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help=speak(
            "сыграть день без людей и сказать, всё ли хорошо", "play a day by itself and say whether all went well"
        ),
    )
    parser.add_argument(
        "--folder",
        default=None,
        metavar="DIR",
        help=speak(
            "где хранить (по умолчанию новая временная папка)", "where to keep it (default: a new temporary folder)"
        ),
    )
    parser.add_argument("--lang", choices=("ru", "en"), default=None)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0, or 1 with what did not go as it should."""
    from agent.cli.demo.hands import serve
    from agent.cli.demo.stage import Stage
    from agent.cli.demo.story import Story
    from agent.cli.demo.till import DemoFault

    spoken = args.lang or lang()
    folder = args.folder or tempfile.mkdtemp(prefix="kopilka-demo-")

    def say(russian: str, english: str) -> None:
        print(russian if spoken == "ru" else english, flush=True)

    def show(paper: str) -> None:
        print("\n".join(f"    | {line}" for line in paper.splitlines()), flush=True)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    stage = Stage(folder, lang="ru")
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end)
    try:
        stage.start()
        if args.once:
            Story(stage, say, show).play()
            say("День прошёл без ошибок.", "The day went without a fault.")
        else:
            serve(stage, say)
    except DemoFault as fault:
        print(f"demo: {fault}\n  {folder}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED if args.once else 0
    finally:
        # Whatever comes now, the processes of the stage end with it.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stage.stop()
    return 0
