"""kopilka config check|show: every fault of the configuration at once; what is in force, secrets left out."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from agent.command_line import lang, speak


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "config", help=speak("проверить или показать настройки", "check or show the configuration")
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, about, func in (
        ("check", speak("сказать всё, что не так с файлом", "say everything that is wrong with the file"), check),
        (
            "show",
            speak("показать, что действует, со значениями по умолчанию", "print what is in force, defaults included"),
            show,
        ),
    ):
        one = verbs.add_parser(verb, help=about, description=about)
        one.add_argument(
            "file",
            nargs="?",
            default=None,
            help=speak("по умолчанию /etc/kopilka/config.toml", "default /etc/kopilka/config.toml"),
        )
        one.add_argument("--json", action="store_true")
        one.set_defaults(func=func)


def check(args: argparse.Namespace) -> int:
    """Exit 0, or 78 with one line a fault; the programme it names is checked too."""
    from agent.errors import ConfigFault
    from agent.runtime.configure import DEFAULT_PATH, load
    from agent.runtime.wiring import local_programme

    path = args.file or DEFAULT_PATH
    try:
        settings = load(path)
        programme = local_programme(settings)
    except ConfigFault as fault:
        if args.json:
            _print_json({"ok": False, "faults": list(fault.faults)})
            return fault.exit_code
        raise
    if args.json:
        _print_json({"ok": True, "faults": []})
    elif lang() == "ru":
        print(f"{path}: всё верно. Программа «{programme.id}», версия {programme.version}.")
    else:
        print(f"{path}: all is well. Programme {programme.id}, version {programme.version}.")
    return 0


def show(args: argparse.Namespace) -> int:
    """The whole configuration as JSON: it holds no secrets, those live in a file of their own."""
    import msgspec

    from agent.runtime.configure import DEFAULT_PATH, load

    _print_json(msgspec.to_builtins(load(args.file or DEFAULT_PATH)))
    return 0


def _print_json(value: object) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
