"""The command line's own mistakes, told as every other one is: in its language, with the next step, exit 64 (sysexits: wrong use)."""

from __future__ import annotations

import argparse
import re
import sys
from typing import NoReturn

USAGE = 64
_RUSSIAN: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (.*)", "не хватает: {0}"),
    (r"unrecognized arguments: (.*)", "лишнее: {0}"),
    (r"argument (.*?): invalid choice: (.*) \(choose from (.*)\)", "{0}: {1} нельзя; можно: {2}"),
    (r"argument (.*?): expected (?:one|at least one) argument", "{0}: не хватает значения"),
    (r"argument (.*?): invalid (\w+) value: (.*)", "{0}: {2} не подходит"),
    (r"argument (.*?): not allowed with argument (.*)", "{0}: нельзя вместе с {1}"),
)
"""What argparse says in CPython 3.11 to 3.13, and the same in Russian."""


class Parser(argparse.ArgumentParser):
    """argparse in the language of the command line. Sub-commands' parsers are of this class too."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to read more; ends the process with 64."""
        from agent.cli import lang

        self.print_usage(sys.stderr)
        russian = lang() == "ru"
        more = "подробнее" if russian else "more"
        self.exit(USAGE, f"{self.prog}: {in_russian(message) if russian else message}\n{more}: {self.prog} --help\n")


def in_russian(message: str) -> str:
    """A message of argparse in Russian; one it did not use to say stays as it is."""
    for pattern, russian in _RUSSIAN:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return russian.format(*found.groups())
    return message
