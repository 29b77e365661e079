"""The codes of all topics in one table, and how one is said."""

from __future__ import annotations

from collections.abc import Mapping

from agent.messages import api, config, hub, refusals, storage, sync, till
from agent.messages.figures import Fields, Lang, Shown
from agent.messages.shape import Entry, Words, both

__all__ = ["CODES", "Lang", "Words", "both", "say"]

CODES: dict[str, Entry] = {
    **api.CODES,
    **config.CODES,
    **hub.CODES,
    **storage.CODES,
    **sync.CODES,
    **till.CODES,
    **refusals.CODES,
}


def say(code: str, fields: Mapping[str, object], lang: Lang) -> Words:
    """A code in words; one nobody wrote words for is said as an internal fault that names it."""
    entry = CODES.get(code)
    if entry is None:
        entry, fields = CODES["internal"], {**fields, "code": code}
    shown = Fields({name: Shown(value, lang) for name, value in fields.items()})
    return Words(*(text.format_map(shown) for text in entry[lang]))
