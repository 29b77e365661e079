"""The shape of an entry: three short sentences in each language."""

from __future__ import annotations

from typing import Literal, NamedTuple

Entry = dict[Literal["ru", "en"], tuple[str, str, str]]


class Words(NamedTuple):
    """What a person reads: what happened, why, what to do next. One line each."""

    what: str
    why: str
    next_step: str


def both(*, ru: tuple[str, str, str], en: tuple[str, str, str]) -> Entry:
    return {"ru": ru, "en": en}
