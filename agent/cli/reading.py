"""Files a command was given: read within a limit, and a mistake told in words with the next step."""

from __future__ import annotations

import sys

from agent.command_line import lang

DATA = 65
"""sysexits: the file's content is wrong."""
NO_INPUT = 66
"""sysexits: there is no such file."""
CONFIG = 78


class Stop(Exception):
    """A command ends with an exit code and lines for people: what is wrong, then the next step."""

    def __init__(self, code: int, *lines: str) -> None:
        super().__init__(*lines)
        self.code = code
        self.lines = lines


def read_file(path: str, most: int) -> bytes:
    """The bytes of a file, "-" for the standard input. Raises Stop when it cannot be read or is too large."""
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(most + 1)
        else:
            with open(path, "rb") as file:
                raw = file.read(most + 1)
    except OSError as error:
        raise Stop(NO_INPUT, f"{path}: {_why(error)}") from None
    if len(raw) > most:
        raise Stop(DATA, f"{path}: " + (f"больше {most} байт" if _russian() else f"larger than {most} bytes"))
    return raw


def _why(error: OSError) -> str:
    """The system speaks English; the usual causes are told in the language of the command line."""
    causes = {
        FileNotFoundError: "такого файла нет, проверьте путь",
        IsADirectoryError: "это папка, а нужен файл",
        PermissionError: "нет прав на чтение",
    }
    said = causes.get(type(error)) if _russian() else None
    return said or error.strerror or str(error)


def _russian() -> bool:
    return lang() == "ru"


def told(stop: Stop) -> int:
    """Say on the standard error why the command ends; its exit code."""
    for line in stop.lines:
        print(line, file=sys.stderr)
    return stop.code
