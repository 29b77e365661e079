"""kopilka sim scanner: a scanner that is not there; what is typed is scanned."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

from agent.cli.scan import check_framing
from agent.cli.scan_words import Misuse, say
from agent.command_line import speak

if TYPE_CHECKING:
    from drivers.sim.scanner import SimulatedScanner

USAGE = 64
UNAVAILABLE = 69
READ_S = 5.0


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "scanner",
        help=speak("сканер на псевдотерминале", "a scanner on a pseudo-terminal"),
        description=speak(
            "Сканер на псевдотерминале за символической ссылкой; её имя укажите в настройках.",
            "A scanner on a pseudo-terminal behind a symlink; name that in the configuration.",
        ),
        epilog=say("sim-help"),
    )
    folder = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    parser.add_argument(
        "--link",
        default=os.path.join(folder, "kopilka-scanner"),
        help=speak("по умолчанию %(default)s", "default %(default)s"),
    )
    parser.add_argument(
        "--framing",
        default="CR",
        help=speak(
            "CR, LF, CRLF, TAB, STX/ETX или none (по умолчанию CR)", "CR, LF, CRLF, TAB, STX/ETX or none (default CR)"
        ),
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Scan what comes on stdin until its end; then wait a moment for the last scan to be read."""
    from drivers.sim.scanner import SimulatedScanner

    try:
        terminator = check_framing(args.framing)
        made = SimulatedScanner(args.link)
    except (Misuse, OSError) as error:
        print(f"kopilka sim scanner: {error}", file=sys.stderr)
        return USAGE
    with made as sim:
        print(sim.path, flush=True)
        if sys.stdin.isatty():
            print(say("sim-help"), file=sys.stderr)
        for line in sys.stdin:
            obey(sim, line.rstrip("\r\n"), terminator)
        if sim.wait_read(time.monotonic() + READ_S):
            return 0
        print(f"kopilka sim scanner: {say('unread', path=sim.path)}", file=sys.stderr)
        return UNAVAILABLE


def obey(sim: SimulatedScanner, line: str, terminator: str) -> None:
    """One line of stdin; what cannot be done is said, and the next line is taken."""
    moves = {"!unplug": sim.unplug, "!plug": sim.plug, "!replug": sim.replug, "!noise": sim.noise}
    try:
        if line == "!plug" and sim.node:
            raise Misuse("plugged")
        if line and line != "!plug" and not sim.node:
            raise Misuse("unplugged")
        if line in moves:
            moves[line]()
        elif line.startswith("hex:"):
            sim.type(_bytes(line.removeprefix("hex:")))
        elif line:
            sim.scan(line, terminator)
    except TimeoutError:
        print(f"kopilka sim scanner: {say('unread', path=sim.path)}", file=sys.stderr, flush=True)
    except (Misuse, OSError) as error:
        print(f"kopilka sim scanner: {error}", file=sys.stderr, flush=True)


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Misuse("hex") from None
