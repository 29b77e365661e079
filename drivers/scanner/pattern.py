"""A subset of regular expressions that is linear by construction, as the escape for what rules cannot say.

Literals, escapes, classes, `?`, `{n}`, `{n,m}` and unrepeated named groups; no alternatives, no open repeats, no nesting.
A repeat may not eat what follows it (their characters must be disjoint), so nothing is ever tried twice; the translation
to `re` makes every repeat possessive, which holds it to that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_ELEMENTS = 64
MAX_REPEAT = 512
_CLASSES = {"d": frozenset("0123456789")}
_CLASSES["w"] = _CLASSES["d"] | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_COUNTS = re.compile(r"\{([0-9]{1,4})(?:,([0-9]{1,4}))?\}")
_GROUP = re.compile(r"\(\?P<([a-z][a-z0-9_]{0,31})>")


class PatternFault(ValueError):
    """The pattern is outside the subset; `at` is the place in it, counted from 0."""

    def __init__(self, text: str, at: int) -> None:
        """Say what is not allowed, and where."""
        super().__init__(f"{text} (at {at})")
        self.at = at


@dataclass(frozen=True, slots=True)
class Element:
    """One set of characters, least and most times."""

    signs: frozenset[str]
    low: int
    high: int


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    elements: list[Element] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    group: str = ""
    names: list[str] = field(default_factory=list)

    def fail(self, text: str) -> PatternFault:
        return PatternFault(text, self.at)

    def take(self) -> str:
        if self.at >= len(self.text):
            raise self.fail("ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def run(self) -> None:
        while self.at < len(self.text):
            if len(self.elements) == MAX_ELEMENTS:
                raise self.fail(f"more than {MAX_ELEMENTS} elements")
            sign = self.text[self.at]
            if sign == "(":
                self.open()
            elif sign == ")":
                self.close()
            else:
                self.element()
        if self.group:
            raise self.fail("the group is not closed")

    def open(self) -> None:
        found = _GROUP.match(self.text, self.at)
        if found is None:
            raise self.fail("only groups (?P<name>...) are allowed")
        if self.group or found[1] in self.names:
            raise self.fail("groups neither nest nor repeat a name")
        self.group, self.at = found[1], found.end()
        self.names.append(self.group)
        self.out.append(f"(?P<{self.group}>")

    def close(self) -> None:
        if not self.group:
            raise self.fail("no group is open")
        self.group, self.at = "", self.at + 1
        self.out.append(")")
        if self.text[self.at : self.at + 1] in set("?*+{"):
            raise self.fail("a group cannot be repeated")

    def element(self) -> None:
        signs = self.signs()
        low, high = self.counts()
        self.elements.append(Element(signs, low, high))
        body = "[" + "".join(re.escape(sign) for sign in sorted(signs)) + "]"
        self.out.append(body if low == high == 1 else f"{body}{{{low},{high}}}+")

    def signs(self) -> frozenset[str]:
        sign = self.take()
        if sign == "\\":
            return self.escaped()
        if sign == "[":
            return self.bracket()
        if sign in "*+?{}|.^$]":
            self.at -= 1
            raise self.fail(f"{sign} is not allowed here")
        return frozenset(sign)

    def escaped(self) -> frozenset[str]:
        sign = self.take()
        if sign in _CLASSES:
            return _CLASSES[sign]
        if sign.isalnum():
            raise self.fail(f"\\{sign} is not allowed")
        return frozenset(sign)

    def bracket(self) -> frozenset[str]:
        found: set[str] = set()
        if self.text[self.at : self.at + 1] == "^":
            raise self.fail("a class cannot be negated")
        while (sign := self.take()) != "]":
            first = self.escaped() if sign == "\\" else frozenset(sign)
            following = self.text[self.at : self.at + 2]
            if len(first) == 1 and len(following) == 2 and following[0] == "-" and following[1] not in "]\\":
                self.at += 2
                first = self.span(next(iter(first)), following[1])
            found |= first
        if not found:
            raise self.fail("a class is empty")
        return frozenset(found)

    def span(self, first: str, last: str) -> frozenset[str]:
        if not 0 <= ord(last) - ord(first) < 0x200:
            raise self.fail(f"{first}-{last} is no range")
        return frozenset(map(chr, range(ord(first), ord(last) + 1)))

    def counts(self) -> tuple[int, int]:
        if self.text[self.at : self.at + 1] == "?":
            self.at += 1
            low, high = 0, 1
        elif found := _COUNTS.match(self.text, self.at):
            low, high = int(found[1]), int(found[2] or found[1])
            self.at = found.end()
            if not low <= high <= MAX_REPEAT or not high:
                raise self.fail(f"a repeat must be from few to at most {MAX_REPEAT}")
        else:
            low = high = 1
        if self.text[self.at : self.at + 1] in set("*+?{"):
            raise self.fail("repeats must have an upper bound, and one bound only")
        return low, high


def _eats(elements: list[Element]) -> int | None:
    """The first element of variable length whose characters may also follow it; None when there is none."""
    for place, element in enumerate(elements):
        if element.low == element.high:
            continue
        for later in elements[place + 1 :]:
            if element.signs & later.signs:
                return place
            if later.low:
                break
    return None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern; `match` takes the whole text or nothing."""

    text: str
    elements: tuple[Element, ...]
    _compiled: re.Pattern[str] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Raises PatternFault for anything outside the subset."""
        reader = _Reader(text)
        reader.run()
        if not reader.elements:
            raise reader.fail("the pattern is empty")
        eater = _eats(reader.elements)
        if eater is not None:
            raise PatternFault(f"element {eater + 1} may eat what follows it: give it an exact length", 0)
        return cls(text, tuple(reader.elements), re.compile("".join(reader.out)))

    def match(self, text: str) -> dict[str, str] | None:
        """The named groups, or None when the whole of `text` is not of this pattern."""
        found = self._compiled.fullmatch(text)
        return found.groupdict() if found else None
