"""Two gates between people's words and a printer that obeys bytes.

A member's name once opened a cash drawer: `ESC p` typed into a name field reached the printer. Gate one cleans the
characters before layout; gate two looks at the encoded bytes and lets no control byte through, whatever gate one did.
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHARS = 1000
"""Longer texts end in an ellipsis: a receipt is no place for a book."""
MAX_MARKS = 2

_PLAIN = re.compile(r"[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u20a0-\u20bf\u2116]*")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_SPACES = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters by category that print nothing: fillers and the like, used to pass for an empty name."""


class ControlByteFault(ValueError):
    """Gate two: an encoded run of text holds a byte a printer would obey; `position` is the first one's."""

    def __init__(self, position: int, byte: int) -> None:
        """Keep where and what."""
        super().__init__(f"control byte {byte:02X} at {position} of a text run")
        self.position = position
        self.byte = byte


def clean(text: str) -> str:
    """Gate one: NFC text of glyphs and plain spaces only, at most `MAX_CHARS` long.

    Tab and every kind of line end become a space; C0, C1, bidi controls, zero width characters, surrogates, private and
    unassigned code points go; a letter keeps two combining marks.
    """
    if len(text) <= MAX_CHARS and _PLAIN.fullmatch(text):
        return unicodedata.normalize("NFC", text)
    text = _SPACES.sub(" ", text[: MAX_CHARS * 4])
    kept = "".join(_kept(unicodedata.normalize("NFC", "".join(c for c in text if _seen(c)))))
    return kept if len(kept) <= MAX_CHARS else kept[: MAX_CHARS - 1] + "…"


def _seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN and not _variation(char) and char not in _BLANK_LETTERS


def _variation(char: str) -> bool:
    """Variation selectors are marks by category but draw nothing."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or "\u180b" <= char <= "\u180f"


def _kept(text: str) -> list[str]:
    """Drop combining marks past `MAX_MARKS` and those with no letter before them; all spaces become U+0020."""
    out: list[str] = []
    marks = MAX_MARKS
    for char in text:
        category = unicodedata.category(char)
        if category[0] == "M":
            marks += 1
            if marks > MAX_MARKS:
                continue
        else:
            marks = MAX_MARKS if category == "Zs" else 0
        out.append(" " if category == "Zs" else char)
    return out


def check_text_bytes(run: bytes) -> bytes:
    """Gate two: hand an encoded text run back unchanged. Raises ControlByteFault if it holds a byte below 20 or 7F."""
    found = _CONTROL.search(run)
    if found:
        raise ControlByteFault(found.start(), run[found.start()])
    return run
