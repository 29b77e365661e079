"""kopilka: the command of the till. Sub-commands are imported only when they are used, so that `--version` stays quick.

Exit codes (sysexits.h): 0 done; 1 a check found something; 64 wrong use; 65 bad data; 66 not found; 69 unavailable; 70 a bug;
74 disk; 75 try again later; 77 not allowed; 78 configuration.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence

from agent.command_line import lang

VERSION = "0.1.0"

COMMANDS: dict[str, tuple[str, str, str]] = {
    "run": ("agent.cli.run", "run the till's service", "запустить службу кассы"),
    "status": ("agent.cli.status", "one screen: how the till stands", "состояние кассы на одном экране"),
    "config": ("agent.cli.config", "check or show the configuration", "проверить или показать настройки"),
    "scan": ("agent.cli.scan", "list, try, record or explain scans", "сканеры: список, проба, запись, разбор"),
    "printer": ("agent.cli.printer", "list and test printers", "принтеры: список и проба"),
    "receipt": ("agent.cli.receipt", "render a receipt", "показать чек: картинка, текст, байты"),
    "programme": ("agent.cli.programme", "check or explain a programme", "проверить или объяснить программу"),
    "quote": ("agent.cli.quote", "work out a basket by a programme", "рассчитать корзину по программе"),
    "queue": ("agent.cli.queue", "what waits for the hub", "что ждёт связи с центром"),
    "fill": ("agent.cli.fill", "how far the first fill from the hub is", "сколько участников уже загружено из центра"),
    "journal": ("agent.cli.journal", "verify or export the journal", "проверить или выгрузить журнал"),
    "shift": (
        "agent.cli.shift",
        "end a shift: give back the rights of its visits",
        "закончить смену: вернуть права на списание",
    ),
    "restore": ("agent.cli.restore", "put a backup in the place of the database", "вернуть базу из копии"),
    "token": ("agent.cli.token", "tokens of the local API", "ключи доступа к кассе"),
    "page": ("agent.cli.page", "pair the cashier's page", "подключить страницу кассира"),
    "enrol-till": ("agent.cli.enrol_till", "join a hub by a one-time code", "подключить кассу к центру по коду"),
    "rotate-key": ("agent.cli.rotate_key", "change the till's signing key", "сменить ключ подписи кассы"),
    "sim": ("agent.cli.sim", "simulated scanner and printer", "имитация сканера и принтера"),
    "demo": ("agent.cli.demo", "hub, till, scanner, printer and page on this machine", "всё вместе на этой машине"),
}


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. No traceback for a user's mistake."""
    words = list(sys.argv[1:] if words is None else words)
    if words[:1] == ["--version"]:
        print(f"kopilka {VERSION}")
        return 0
    from agent.cli.border import guarded

    return guarded(lambda: _dispatch(words), lang())


def _dispatch(words: list[str]) -> int:
    from agent.usage import Parser

    russian = lang() == "ru"
    parser = Parser(
        prog="kopilka",
        description="Kopilka: the loyalty agent of a till." if not russian else "Копилка: лояльность на кассе.",
    )
    parser.add_argument("--version", action="version", version=f"kopilka {VERSION}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = next((word for word in words if not word.startswith("-")), None)
    for name, (module, english, russian_help) in COMMANDS.items():
        if name == chosen:
            importlib.import_module(module).add(subparsers)
        elif importlib.util.find_spec(module) is not None:
            subparsers.add_parser(name, help=russian_help if russian else english, add_help=False)
    args = parser.parse_args(words)
    code: int = args.func(args)
    return code


if __name__ == "__main__":
    sys.exit(main())
