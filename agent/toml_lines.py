"""Where each key of a TOML document stands. tomllib keeps no positions, so the text is walked once more.

The walk accepts a superset of TOML: whatever tomllib reads is read here, and where this walk stops tomllib stopped before.
It therefore also guards the depth *before* tomllib runs, which takes quadratic time on a key of a thousand dots.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

MAX_DEPTH = 32
Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_REST = re.compile(r"[^\n]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_SCALAR = re.compile(r"[^,\]}\n#]*")
# A multi-line string may end in up to two quotes of its own before the closing three.
_LONG_BASIC = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(?:[^']|'(?!''))*'{3,5}")
_STRINGS = (_LONG_BASIC, _LONG_LITERAL, _BASIC, _LITERAL)


class TooDeep(Exception):
    """Keys or values nested deeper than MAX_DEPTH; `line` is where."""

    def __init__(self, line: int) -> None:
        super().__init__(f"deeper than {MAX_DEPTH} at line {line}")
        self.line = line


class Lines:
    """Line numbers (from 1) by key path: table keys as words, array members as indices."""

    __slots__ = ("_where",)

    def __init__(self, where: dict[Path, int] | None = None) -> None:
        self._where = where or {}

    def of(self, path: Path) -> int:
        """The line of a key; where it is not in the document, of its nearest ancestor; 1 for the document itself."""
        for end in range(len(path), 0, -1):
            line = self._where.get(path[:end])
            if line is not None:
                return line
        return 1


class _LostError(Exception):
    """Here the text is no TOML; tomllib will say why."""


class _Walk:
    """One pass over the text; `at` is the offset of what comes next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.where: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        """Members so far of each array of tables."""
        self.breaks = [match.start() for match in re.finditer("\n", text)]

    def line(self) -> int:
        return bisect_left(self.breaks, self.at) + 1

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _LostError
        self.at = match.end()
        return match.group()

    def expect(self, sign: str) -> None:
        if not self.text.startswith(sign, self.at):
            raise _LostError
        self.at += len(sign)

    def sees(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def document(self) -> None:
        table: Path = ()
        self.take(_BLANK)
        while self.at < len(self.text):
            if self.sees("["):
                table = self.header()
            else:
                self.pair(table)
            # What else stands on the line is a comment or a mistake; either way tomllib judges it.
            self.take(_REST)
            self.take(_BLANK)

    def header(self) -> Path:
        line = self.line()
        many = self.sees("[[")
        self.expect("[[" if many else "[")
        keys = self.key()
        self.expect("]]" if many else "]")
        path: Path = ()
        for depth, word in enumerate(keys):
            path = self.member((*path, word), line, last=depth == len(keys) - 1 and not many)
        if many:
            # `path` ends with the index of the former member here, or with the name when this is the first.
            name = path[:-1] if isinstance(path[-1], int) else path
            index = self.counts.get(name, 0)
            self.counts[name] = index + 1
            path = (*name, index)
        self.put(path, line, first=many or path not in self.where)
        return path

    def member(self, path: Path, line: int, *, last: bool) -> Path:
        """A header's word: where it names an array of tables, its newest member is meant."""
        if last:
            # [a] after [a.b] stands at its own line; the implied one is forgotten.
            self.where[path] = line
        self.put(path, line)
        count = self.counts.get(path)
        return path if count is None else (*path, count - 1)

    def put(self, path: Path, line: int, *, first: bool = False) -> None:
        if len(path) > MAX_DEPTH:
            raise TooDeep(line)
        if first:
            self.where[path] = line
        else:
            self.where.setdefault(path, line)

    def key(self) -> list[str]:
        """A dotted key's words, unquoted."""
        words: list[str] = []
        while True:
            self.take(_SPACE)
            words.append(self.word())
            if len(words) > MAX_DEPTH:
                raise TooDeep(self.line())
            self.take(_SPACE)
            if not self.sees("."):
                return words
            self.expect(".")

    def word(self) -> str:
        if self.sees('"'):
            quoted = self.take(_BASIC)
            try:
                return str(tomllib.loads(f"k={quoted}")["k"])
            except tomllib.TOMLDecodeError:
                raise _LostError from None
        return self.take(_LITERAL)[1:-1] if self.sees("'") else self.take(_BARE)

    def pair(self, table: Path) -> None:
        line = self.line()
        words = self.key()
        self.expect("=")
        path = table
        for word in words:
            path = (*path, word)
            self.put(path, line)
        self.value(path)

    def value(self, path: Path) -> None:
        self.take(_SPACE)
        if self.sees("["):
            self.array(path)
        elif self.sees("{"):
            self.inline(path)
        elif self.sees('"') or self.sees("'"):
            self.string()
        else:
            self.take(_SCALAR)

    def string(self) -> None:
        for pattern in _STRINGS:
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return
        raise _LostError

    def array(self, path: Path) -> None:
        self.expect("[")
        self.take(_BLANK)
        index = 0
        while not self.sees("]"):
            self.put((*path, index), self.line(), first=True)
            self.value((*path, index))
            index += 1
            self.take(_BLANK)
            if not self.sees("]"):
                self.expect(",")
                self.take(_BLANK)
        self.expect("]")

    def inline(self, path: Path) -> None:
        self.expect("{")
        self.take(_BLANK)
        while not self.sees("}"):
            self.pair(path)
            self.take(_BLANK)
            if not self.sees("}"):
                self.expect(",")
                self.take(_BLANK)
        self.expect("}")


def find_lines(text: str) -> Lines:
    """Lines of every key, up to the first thing that is not TOML. Raises TooDeep."""
    walk = _Walk(text)
    try:
        walk.document()
    except _LostError:
        pass
    return Lines(walk.where)
