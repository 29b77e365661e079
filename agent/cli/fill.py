"""kopilka fill: how far the first fill is, with a bar that moves until it is done. Exit 0 done or none, 1 when it waits (--once), 69 no till."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import Any

from agent.command_line import speak

LOOK_S = 0.5
TELL_S = 5.0
"""Between lines where there is no terminal to draw on."""
BAR = 24
_MB = 1_000_000


def add(subparsers: Any) -> None:
    told = speak("сколько участников уже загружено из центра", "how far the first fill from the hub is")
    parser = subparsers.add_parser("fill", help=told)
    parser.add_argument("--config", default=None, metavar="FILE")
    parser.add_argument(
        "--token", default="", help=speak("ключ чтения, если нет сокета", "a read token, without a socket")
    )
    told = speak("показать один раз и выйти", "show it once and end")
    parser.add_argument("--once", action="store_true", help=told)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Ask the running till until there is no fill under way. Raises Unavailable, Unauthorised."""
    import time

    from agent.cli.local import ask
    from agent.errors import Unauthorised
    from agent.runtime.configure import DEFAULT_PATH, load

    settings = load(args.config or DEFAULT_PATH)
    drawing, told_s = sys.stdout.isatty() and not args.once, 0.0
    while True:
        code, found = ask(settings, "GET", "/v1/status", token=args.token)
        if code != 200:
            raise Unauthorised(scope="read")
        fill = found["fill"]
        if fill is None:
            print(("\r\x1b[K" if drawing else "") + _done(found["members"]))
            return 0
        if drawing:
            print(f"\r\x1b[K{bar(fill)[: shutil.get_terminal_size().columns - 1]}", end="", flush=True)
        elif args.once or time.monotonic() - told_s >= TELL_S:
            told_s = time.monotonic()
            print(bar(fill), flush=True)
        if args.once:
            return int(fill["state"] == "waiting")
        time.sleep(LOOK_S)


def _done(members: int) -> str:
    return speak(
        f"Участников на кассе: {members}. Загрузка не идёт.", f"Members at this till: {members}. No fill is under way."
    )


def bar(fill: dict[str, Any]) -> str:
    """One line: the bar, per cent, megabytes, members, rate and what is left."""
    done = BAR * fill["percent"] // 100
    parts = [
        f"[{'#' * done}{'.' * (BAR - done)}] {fill['percent']:3}%",
        speak(
            f"{fill['bytes'] / _MB:.1f} из {fill['total_bytes'] / _MB:.1f} МБ",
            f"{fill['bytes'] / _MB:.1f} of {fill['total_bytes'] / _MB:.1f} MB",
        ),
        speak(f"участников {fill['members']}", f"{fill['members']} members"),
        state(fill),
    ]
    return "  ".join(part for part in parts if part)


def state(fill: dict[str, Any]) -> str:
    """What it is doing, and how much longer."""
    if fill["state"] == "waiting":
        return speak(f"ждёт: {fill['cause']}", f"waits: {fill['cause']}")
    if fill["state"] == "checking":
        return speak("проверка", "checking")
    if fill["eta_s"] is None:
        return ""
    rate = f"{fill['rate'] / _MB:.1f}"
    return speak(f"{rate} МБ/с, осталось {fill['eta_s']} с", f"{rate} MB/s, {fill['eta_s']} s left")
