"""Words to the bytes of one code page, or an honest "cannot": never a question mark in place of a letter."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from drivers.printer.profiles import CODECS
from drivers.printer.sanitise import check_text_bytes

_SPELLINGS = {
    "«": '"',
    "»": '"',
    "“": '"',
    "”": '"',
    "„": '"',
    "‟": '"',
    "‘": "'",
    "’": "'",
    "‚": "'",
    "‹": "'",
    "›": "'",
    "—": "-",
    "–": "-",
    "‒": "-",
    "―": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "…": "...",
    "№": "N",
    "•": "*",
    "·": "*",
    "●": "*",
    "×": "x",
    "÷": "/",
    "©": "(c)",
    "®": "(R)",
    "™": "(TM)",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "°": "град.",
    "→": "->",
    "←": "<-",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "′": "'",
    "″": '"',
}
"""How a character is spelt where the code page lacks it. A currency that a page lacks is spelt as its usual abbreviation."""
_CURRENCIES = {
    "₽": ("руб.", "RUB"),
    "€": ("евро", "EUR"),
    "₸": ("тенге", "KZT"),
    "₴": ("грн", "UAH"),
    "£": ("GBP", "GBP"),
}


@dataclass(frozen=True, slots=True)
class CodePage:
    """The one code page of a receipt."""

    name: str
    number: int
    """What `ESC t` selects it by on this printer."""

    def spell(self, text: str) -> str:
        """Cleaned text with what this page lacks spelt by what it has; what cannot be spelt stays as it is.

        Layout counts the cells of the result, so it is done before and not while encoding.
        """
        codec = CODECS[self.name]
        try:
            text.encode(codec)
        except UnicodeEncodeError:
            return "".join([c if c < "\x7f" else _spelling(c, codec) for c in text])
        return text

    def encode(self, text: str) -> bytes | None:
        """The bytes of a text run, past gate two; None where the page lacks a character, so that the line becomes a raster."""
        try:
            run: bytes = text.encode(CODECS[self.name])
        except UnicodeEncodeError:
            return None
        return check_text_bytes(run)


@functools.lru_cache(maxsize=4096)
def _spelling(char: str, codec: str) -> str:
    """One character's spelling in a code page; the character itself where there is none."""
    candidate: str
    for candidate in (char, *_CURRENCIES.get(char, ()), _SPELLINGS.get(char, char)):
        try:
            candidate.encode(codec)
        except UnicodeEncodeError:
            continue
        return candidate
    return char
