"""The head of a copy: КОПИЯ in double width and the time of the first attempt, so that no slip passes for a second one."""

from __future__ import annotations

from drivers.shapes import Document, Text

COPY_WORDS = {"ru": "КОПИЯ", "en": "COPY"}
_FIRST = {"ru": "первая печать {}", "en": "first printed {}"}


def as_copy(document: Document, first_attempt: str) -> Document:
    """The same document under the head of a copy; `first_attempt` is a time in words."""
    head = (
        Text(COPY_WORDS[document.lang], align="center", double=True),
        Text(_FIRST[document.lang].format(first_attempt), align="center"),
    )
    return Document(head + document.blocks, document.lang)
