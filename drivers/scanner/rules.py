"""Declarative rules: what a shop says its cards, coupons and commands look like. Decides on text; touches no port."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from drivers.scanner.checks import CHECKS, digits_only
from drivers.scanner.gs1 import Elements
from drivers.scanner.pattern import Pattern
from drivers.scanner.settings import Kind, RuleSettings

MAX_ID = 128
_STEP = re.compile(r"[A-Za-z0-9._~-]{1,64}")
_HOLE = re.compile(r"\{([a-z][a-z0-9_]{0,31})\}")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule looks at: the text without AIM identifier and edges, and what normalisation found in it."""

    text: str
    symbology: str | None = None
    elements: Elements = ()
    _parsed: list[Any] = field(default_factory=list, repr=False)

    def as_object(self) -> dict[str, Any] | None:
        """The text as a JSON object, parsed once for all rules; None when it is none."""
        if not self._parsed:
            self._parsed.append(_object(self.text))
        parsed: dict[str, Any] | None = self._parsed[0]
        return parsed


def _object(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds: the number it took out, and the other fields it named."""

    id: str | None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule made ready. `match` answers a Hit, or the name of the first condition that does not hold."""

    name: str
    kind: Kind
    settings: RuleSettings
    _inside: Callable[[Subject], Hit | None]
    _inside_name: str

    def match(self, subject: Subject) -> Hit | str:
        """Judge one scan. Length, prefix, digits and check are those of the text, in a rule with `ai` of its value."""
        want = self.settings
        if want.symbology and subject.symbology is not None and subject.symbology not in want.symbology:
            return "symbology"
        hit = self._inside(subject) if want.ai else None
        if want.ai:
            return self._outside(hit.id or "") or hit if hit else "ai"
        return self._outside(subject.text) or self._inside(subject) or self._inside_name

    def _outside(self, text: str) -> str:
        want = self.settings
        if want.length is not None and len(text) != want.length:
            return "length"
        if len(text) < (want.min_length or 0) or len(text) > (want.max_length or len(text)):
            return "length"
        if want.prefix and not text.startswith(want.prefix):
            return "prefix"
        if want.digits and not digits_only(text):
            return "digits"
        return "check" if want.check and not CHECKS[want.check](text) else ""


def make_rule(settings: RuleSettings, place: int) -> Rule:
    """A rule ready to match; `place` (from 1) names it where the file does not. The settings are already checked."""
    name = settings.name or f"rule-{place}"
    for word, maker in (("pattern", _by_pattern), ("url", _by_url), ("json", _by_json), ("ai", _by_ai)):
        if getattr(settings, word):
            return Rule(name, settings.kind, settings, maker(settings), word)
    return Rule(name, settings.kind, settings, lambda subject: Hit(subject.text[:MAX_ID]), "")


def _hit(groups: dict[str, str], text: str) -> Hit:
    number = groups.get("id", text)
    return Hit(number[:MAX_ID], tuple((key, value) for key, value in groups.items() if key != "id"))


def _by_pattern(settings: RuleSettings) -> Callable[[Subject], Hit | None]:
    pattern = Pattern.parse(settings.pattern)

    def inside(subject: Subject) -> Hit | None:
        groups = pattern.match(subject.text)
        return None if groups is None else _hit(groups, subject.text)

    return inside


def _by_url(settings: RuleSettings) -> Callable[[Subject], Hit | None]:
    """The host exactly as written: no user, no other port, no look-alike; query and fragment do not matter."""
    host, *steps = settings.url.removeprefix("https://").split("/")

    def inside(subject: Subject) -> Hit | None:
        if subject.text[:8].lower() != "https://":
            return None
        address = re.split(r"[?#]", subject.text[8:], maxsplit=1)[0]
        found_host, *found = address.split("/")
        if found_host.lower() != host.lower() or len(found) != len(steps):
            return None
        groups = {}
        for step, value in zip(steps, found, strict=True):
            hole = _HOLE.fullmatch(step)
            if hole and _STEP.fullmatch(value):
                groups[hole[1]] = value
            elif step != value:
                return None
        return _hit(groups, subject.text)

    return inside


def _by_json(settings: RuleSettings) -> Callable[[Subject], Hit | None]:
    def inside(subject: Subject) -> Hit | None:
        found = subject.as_object()
        if found is None or any(found.get(key) != value for key, value in settings.json.items()):
            return None
        number = found.get(settings.json_id)
        if isinstance(number, int) and not isinstance(number, bool):
            number = str(number)
        return Hit(number if isinstance(number, str) and 0 < len(number) <= MAX_ID else None)

    return inside


def _by_ai(settings: RuleSettings) -> Callable[[Subject], Hit | None]:
    def inside(subject: Subject) -> Hit | None:
        return next((Hit(value) for ai, value in subject.elements if ai == settings.ai), None)

    return inside
