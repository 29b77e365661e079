"""members.csv read: one member a row, every fault with its line. Streaming; nothing is kept but what finds a card twice.

Columns, in any order, named in the first line: card, phone, name, tier, birthday, points, expires. A row needs a card or a phone.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TextIO

from agent.loyalty import ids
from sync.hub.ground import MAX_POINTS

COLUMNS = ("card", "phone", "name", "tier", "birthday", "points", "expires")
MAX_CARD = 80
MAX_NAME = 200
MAX_LINE = 20_000
"""Signs of one line; of a sound row a few hundred."""
_TIER = re.compile(r"[\w.\-]{1,40}")
_BIRTHDAY = re.compile(r"(?:\d{4}-)?(\d\d)-(\d\d)|(\d\d)\.(\d\d)(?:\.\d{4})?", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)
_POINTS = re.compile(r"\d{1,13}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A sound row; card and phone normalised, not yet named by the programme key."""

    line: int
    card: str | None
    phone: str | None
    name: str
    tier: str | None
    birthday: str | None
    points: int
    expires: str | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken: `column` and what is wrong with it."""

    line: int
    column: str
    problem: str

    def __str__(self) -> str:
        return f"{self.line}: {self.column}: {self.problem}"


class _Fault(Exception):
    def __init__(self, column: str, problem: str) -> None:
        super().__init__(column, problem)
        self.column = column
        self.problem = problem


def read_rows(file: TextIO) -> Iterator[Row | BadRow]:
    """Rows and faults in the file's order; a fault of the header or of the CSV itself is the last thing said."""
    line = 0
    twice = _Twice()
    try:
        lines = _lines(file)
        first = next(lines, "").removeprefix("\ufeff")
        # A spreadsheet of a Russian locale parts by semicolons.
        mark = ";" if first.count(";") > first.count(",") else ","
        reader = csv.reader(chain((first,), lines), delimiter=mark, strict=True)
        places = _header(next(reader, []))
        line = reader.line_num
        for cells in reader:
            line = reader.line_num
            if cells:
                yield _row(line, cells, places, twice)
    except _Fault as fault:
        yield BadRow(line + 1, fault.column, fault.problem)
    except csv.Error as error:
        yield BadRow(line + 1, "row", str(error))
    except UnicodeDecodeError as error:
        # Text is decoded in blocks, so the place is known only roughly.
        yield BadRow(
            line + 1,
            "row",
            f"not {error.encoding} from here on (byte {error.object[error.start]:#04x}); try --encoding cp1251",
        )


def _lines(file: TextIO) -> Iterator[str]:
    """Lines with their ends. Raises _Fault for one no member can need: a file that is no text may have no other."""
    while line := file.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise _Fault("row", f"longer than {MAX_LINE} signs; is it a CSV file?")
        yield line


def _header(names: list[str]) -> dict[str, int]:
    found = [name.strip().lower() for name in names]
    for name in found:
        if name not in COLUMNS:
            raise _Fault(name[:40] or "header", f"no such column; allowed: {', '.join(COLUMNS)}")
        if found.count(name) > 1:
            raise _Fault(name, "named twice")
    if "card" not in found and "phone" not in found:
        raise _Fault("header", "a column card or phone is needed")
    return {name: place for place, name in enumerate(found)}


def _row(line: int, cells: list[str], places: dict[str, int], twice: _Twice) -> Row | BadRow:
    try:
        if len(cells) != len(places):
            raise _Fault("row", f"{len(cells)} cells, the header has {len(places)}")
        given = {name: cells[place].strip() for name, place in places.items()}
        row = _parsed(line, given)
        twice.check("card", row.card)
        twice.check("phone", row.phone)
    except _Fault as fault:
        return BadRow(line, fault.column, fault.problem)
    return row


def _parsed(line: int, given: dict[str, str]) -> Row:
    card, phone = given.get("card") or None, given.get("phone") or None
    if card is None and phone is None:
        raise _Fault("card", "neither card nor phone")
    points = given.get("points") or "0"
    if not _POINTS.fullmatch(points) or int(points) > MAX_POINTS:
        raise _Fault("points", f"{points[:40]!r} is no whole number of points")
    tier = given.get("tier") or None
    if tier is not None and not _TIER.fullmatch(tier):
        raise _Fault("tier", f"{tier[:40]!r} is no id of a tier")
    name = given.get("name", "")
    if len(name) > MAX_NAME or not (name.isprintable() or not name):
        raise _Fault("name", f"longer than {MAX_NAME}, or with control characters")
    return Row(
        line=line,
        card=_card(card) if card else None,
        phone=_phone(phone) if phone else None,
        name=name,
        tier=tier,
        birthday=_birthday(given.get("birthday", "")),
        points=int(points),
        expires=_day(given.get("expires", "")),
    )


def _card(text: str) -> str:
    try:
        card = ids.normalise_card(text)
    except ValueError as error:
        raise _Fault("card", str(error)) from error
    if len(card) > MAX_CARD or not card.isprintable():
        raise _Fault("card", f"longer than {MAX_CARD}, or with control characters")
    return card


def _phone(text: str) -> str:
    try:
        return ids.normalise_phone(text)
    except ValueError as error:
        raise _Fault("phone", f"{text[:40]!r}: {error}") from error


def _birthday(text: str) -> str | None:
    """The flag 05-17 of "05-17", "1990-05-17" and "17.05.1990": the year is not kept."""
    if not text:
        return None
    found = _BIRTHDAY.fullmatch(text)
    if not found:
        raise _Fault("birthday", f"{text[:40]!r} is no MM-DD")
    month, day = (found[1], found[2]) if found[1] else (found[4], found[3])
    # A leap year, so that 29 February is a birthday.
    _iso("birthday", f"2024-{month}-{day}", text)
    return f"{month}-{day}"


def _day(text: str) -> str | None:
    if not text:
        return None
    found = _DAY.fullmatch(text)
    if not found:
        raise _Fault("expires", f"{text[:40]!r} is no YYYY-MM-DD")
    iso = "-".join(found.groups()[:3] if found[1] else reversed(found.groups()[3:]))
    return _iso("expires", iso, text)


def _iso(column: str, iso: str, text: str) -> str:
    try:
        return date.fromisoformat(iso).isoformat()
    except ValueError:
        raise _Fault(column, f"{text[:40]!r} is no day of the calendar") from None


class _Twice:
    """Finds a card or phone a second time by 64 bits of its hash: 1,000,000 rows are some 70 MB and one false alarm in 10**7 files."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def check(self, column: str, text: str | None) -> None:
        if text is None:
            return
        mark = int.from_bytes(hashlib.blake2b(f"{column}\0{text}".encode(), digest_size=8).digest(), "big")
        if mark in self._seen:
            raise _Fault(column, "stands in the file twice")
        self._seen.add(mark)
