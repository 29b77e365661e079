"""Where faults and warnings of one programme file are gathered while it is compiled, each at its line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from agent.config import Fault, Lines
from agent.loyalty.programme.words import Unreadable
from agent.toml_lines import Path

T = TypeVar("T")
NOT_YET = "not supported yet"


class Desk:
    """Collects what is wrong. `base` is the path of the table being read; tails are added to it."""

    __slots__ = ("base", "faults", "file", "lines", "warnings")

    def __init__(self, lines: Lines, file: str) -> None:
        self.lines = lines
        self.file = file
        self.base: Path = ()
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def wrong(self, tail: Path, what: str, allowed: str = "", hint: str = "") -> None:
        self.faults.append(self._fault(tail, what, allowed, hint))

    def warn(self, tail: Path, what: str) -> None:
        self.warnings.append(self._fault(tail, what, "", ""))

    def later(self, table: object, keys: tuple[str, ...], tail: Path = ()) -> None:
        """Refuse keys the language has a place for and the engine does not run yet."""
        for key in keys:
            if getattr(table, key) is not None:
                self.wrong((*tail, key), NOT_YET, "leave it out, a later version runs it")

    def read(self, tail: Path, parser: Callable[..., T], *words: object) -> T | None:
        """What the parser makes of the words, or None and a fault."""
        try:
            return parser(*words)
        except Unreadable as unreadable:
            self.wrong(tail, unreadable.what, unreadable.allowed, unreadable.hint)
            return None

    def _fault(self, tail: Path, what: str, allowed: str, hint: str) -> Fault:
        path = (*self.base, *tail)
        key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
        return Fault(self.file, self.lines.of(path), key, what, allowed, hint)
