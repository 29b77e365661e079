"""How much room text takes: cells of a fixed grid, clusters that must not be torn, words that wrap."""

from __future__ import annotations

import re
import unicodedata

_NARROW = re.compile(r"[\x20-\x7e\u00a1-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u20a0-\u20bf\u2116]*")
"""Text of which every character takes one cell: nearly all there is on a receipt."""


def cells(text: str) -> int:
    """The width of cleaned text: wide East Asian characters and emoji take two cells, combining marks none."""
    if _NARROW.fullmatch(text):
        return len(text)
    return sum(map(char_cells, text))


def char_cells(char: str) -> int:
    """The cells of one character (UAX #11, with marks counted as nothing)."""
    if unicodedata.category(char)[0] == "M":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def clusters(text: str) -> list[str]:
    """Characters with the combining marks that follow them."""
    if _NARROW.fullmatch(text):
        return list(text)
    out: list[str] = []
    for char in text:
        if out and char_cells(char) == 0:
            out[-1] += char
        else:
            out.append(char)
    return out


def wrap(text: str, width: int) -> list[str]:
    """Break text between words, and inside those wider than `width` cells; at least one line, none wider than `width`."""
    if width < 2:
        raise ValueError(f"no text fits {width} cells")
    if cells(text) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cells(joined) <= width:
            line = joined
            continue
        if line.strip():
            lines.append(line)
        pieces = _torn(word, width)
        lines.extend(pieces[:-1])
        line = pieces[-1]
    lines.append(line)
    return lines


def _torn(word: str, width: int) -> list[str]:
    """A word in pieces of at most `width` cells, never inside a cluster."""
    if cells(word) <= width:
        return [word]
    pieces = [""]
    room = width
    for cluster in clusters(word):
        size = cells(cluster)
        if size > room:
            pieces.append("")
            room = width
        pieces[-1] += cluster
        room -= size
    return pieces


def pad(text: str, width: int, align: str) -> str:
    """Text set left, center or right in `width` cells by leading spaces; nothing is added after it."""
    room = width - cells(text)
    if room <= 0 or align == "left":
        return text
    return " " * (room if align == "right" else room // 2) + text
