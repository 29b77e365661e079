"""The command line's own mistakes, told as every other one is: in its language, with the next step, exit 64 (sysexits: wrong use)."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, NoReturn

from agent.command_line import lang, speak

USAGE = 64
_RUSSIAN: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (.*)", "не хватает: {0}"),
    (r"unrecognized arguments: (.*)", "лишнее: {0}"),
    (r"argument (.*?): invalid choice: (.*) \(choose from (.*)\)", "{0}: {1} нельзя; можно: {2}"),
    (r"argument (.*?): expected (?:one|at least one) argument", "{0}: не хватает значения"),
    (r"argument (.*?): invalid (\w+) value: (.*)", "{0}: {2} не подходит"),
    (r"argument (.*?): not allowed with argument (.*)", "{0}: нельзя вместе с {1}"),
    (r"argument (.*?): (.*)", "{0}: {1}"),
)
"""What argparse says in CPython 3.11 to 3.13, and the same in Russian."""


_KNOWN = {
    "--config": ("файл настроек", "the configuration file"),
    "--json": ("ответ в JSON", "answer in JSON"),
    "--limit": ("не больше стольких строк", "at most so many rows"),
    "--lang": ("язык: ru или en", "language: ru or en"),
    "--baud": ("скорость линии", "the line's speed"),
    "--port": ("порт TCP", "TCP port"),
    "--profile": ("модель принтера", "the printer's model"),
    "--format": ("во что: txt, png или escpos", "into what: txt, png or escpos"),
    "--scope": ("что им можно: pos, page или read", "what it may do: pos, page or read"),
    "--store-name": ("название магазина на чеке", "the store's name on receipts"),
    "till": ("номер кассы", "the till's id"),
    "member": ("номер участника", "the member's id"),
    "target": ("участник, который остаётся", "the member who stays"),
    "pot": ("участник с общей копилкой", "the member who holds the pot"),
    "token": ("что ответила begin", "what begin answered"),
    "name": ("имя ключа", "the token's name"),
    "file": ("файл", "the file"),
    "seq": ("номер записи: 812 или 2/812", "the record's number: 812 or 2/812"),
}
"""What an argument of this name is, where a command says nothing else of it."""


class Parser(argparse.ArgumentParser):
    """argparse in the language of the command line. Sub-commands' parsers are of this class too."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("formatter_class", _Formatter)
        super().__init__(*args, **more)
        if lang() == "ru":
            self._positionals.title, self._optionals.title = "что указать", "ключи"
            for action in self._actions:
                if action.dest == "help":
                    action.help = "показать эту справку"

    def add_argument(self, *names: Any, **more: Any) -> Any:
        """As argparse has it; an argument whose name is known says in its help what it is."""
        known = next((_KNOWN[name] for name in names if name in _KNOWN), None)
        return super().add_argument(*names, **({"help": speak(*known)} | more if known else more))

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to read more; ends the process with 64."""
        self.print_usage(sys.stderr)
        russian = lang() == "ru"
        more = "подробнее" if russian else "more"
        self.exit(USAGE, f"{self.prog}: {in_russian(message) if russian else message}\n{more}: {self.prog} --help\n")


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, speak("использование: ", "usage: ") if prefix is None else prefix)


def in_russian(message: str) -> str:
    """A message of argparse in Russian; one it did not use to say stays as it is."""
    for pattern, russian in _RUSSIAN:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return russian.format(*found.groups())
    return message
