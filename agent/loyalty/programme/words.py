"""What the texts of a programme file mean: percents, sums, points, hours, weekdays, dates. Codecs: text in, numbers out."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

MAX_PERCENT_BP = 100_000
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZERO_DIGITS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DIGITS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])

_PERCENT = re.compile(r"(\d{1,4})(?:\.(\d{1,2}))? ?%", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,12})\.(\d{1,6})", re.ASCII)
_HOURS = re.compile(r"(\d\d):(\d\d) ?- ?(\d\d):(\d\d)", re.ASCII)
_DAYS = re.compile(r"(\d{1,5})d", re.ASCII)
_FACTOR = re.compile(r"(\d{1,3})(?:\.(\d{1,3}))?", re.ASCII)
_QUANTITY = re.compile(r"\d{1,8}(\.\d{1,3})?", re.ASCII)


class Unreadable(Exception):
    """A text that means nothing here: `what` is wrong with it, what is `allowed`, what was probably meant."""

    def __init__(self, what: str, allowed: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.allowed = allowed
        self.hint = hint


def money_digits(currency: str) -> int:
    """Decimal places of a currency (ISO 4217)."""
    if currency in ZERO_DIGITS:
        return 0
    return 3 if currency in THREE_DIGITS else 2


@lru_cache(maxsize=1024)
def percent(text: str, most_bp: int = 10_000) -> int:
    """A percent like "7.5%" as basis points, above 0 and at most `most_bp`. Raises Unreadable."""
    found = _PERCENT.fullmatch(text)
    allowed = f'"5%" or "7.5%", up to {most_bp // 100}%'
    if not found:
        hint = f'"{text}%"' if _FACTOR.fullmatch(text) else ""
        raise Unreadable(f"{short(text)} is not a percent", allowed, hint)
    basis_points = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if not 0 < basis_points <= most_bp:
        raise Unreadable(f"{short(text)} is out of range", allowed)
    return basis_points


def money(value: int | str, digits: int) -> int:
    """Minor units as they stand, or text with every digit of the currency: "5.00" is 500. Raises Unreadable."""
    return _scaled(value, digits, "minor units")


def points(value: int | str, scale: int) -> int:
    """Smallest points as they stand, or whole points with every digit of the scale: "0.1" at scale 1 is 1. Raises Unreadable."""
    return _scaled(value, scale, "smallest points")


def _scaled(value: int | str, digits: int, unit: str) -> int:
    if isinstance(value, int):
        return value
    found = _DECIMAL.fullmatch(value)
    if not found or len(found[2]) != digits:
        sample = f' or text like "5.{"0" * digits}"' if digits else ""
        hint = value if value.isascii() and value.isdigit() and len(value) < 13 else ""
        raise Unreadable(f"{short(value)} is not a sum", f"a whole number of {unit}{sample}", hint)
    return int(found[1] + found[2])


def quantity(value: int | str) -> int:
    """Units as a whole number, or text of at most 3 places, in thousandths. Raises Unreadable."""
    if isinstance(value, int):
        return value * 1000
    if not _QUANTITY.fullmatch(value):
        raise Unreadable(f"{short(value)} is not a quantity", 'a whole number or text like "0.5"')
    whole, _, tail = value.partition(".")
    return int(whole) * 1000 + int(tail.ljust(3, "0"))


@lru_cache(maxsize=256)
def factor(value: int | str) -> tuple[int, int]:
    """A multiplier of 1 to 100 with at most 3 places as numerator and denominator. Raises Unreadable."""
    allowed = 'a number from 1 to 100, "1.5" with a point as text'
    found = _FACTOR.fullmatch(str(value))
    if not found:
        raise Unreadable(f"{short(str(value))} is not a factor", allowed)
    places = found[2] or ""
    num, den = int(found[1] + places), 10 ** len(places)
    if not den <= num <= 100 * den:
        raise Unreadable(f"{short(str(value))} is out of range", allowed)
    return num, den


@lru_cache(maxsize=1024)
def hours(text: str) -> tuple[int, int]:
    """A span like "16:00-18:00" as minutes of the day, end exclusive; past midnight the end is before the start. Raises Unreadable."""
    found = _HOURS.fullmatch(text)
    allowed = '"16:00-18:00", past midnight "22:00-02:00", to the day\'s end "20:00-24:00"'
    if not found:
        raise Unreadable(f"{short(text)} is not a span of hours", allowed)
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if int(found[2]) > 59 or int(found[4]) > 59 or start >= 1440 or end > 1440 or start == end:
        raise Unreadable(f"{short(text)} is out of range", allowed)
    return start, end


@lru_cache(maxsize=256)
def weekdays(text: str) -> frozenset[int]:
    """Text like "sat", "mon-fri" or "sat-mon" as numbers, Monday 0. Raises Unreadable."""
    first, dash, last = text.lower().partition("-")
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        raise Unreadable(f"{short(text)} is not a weekday", ", ".join(WEEKDAYS) + ', "mon-fri"')
    start = WEEKDAYS.index(first)
    length = (WEEKDAYS.index(last) - start) % 7 if dash else 0
    return frozenset((start + step) % 7 for step in range(length + 1))


@lru_cache(maxsize=1024)
def day(text: str) -> str:
    """An ISO date, checked. Raises Unreadable."""
    try:
        found = date.fromisoformat(text).isoformat()
    except ValueError:
        found = None
    if found != text:
        # fromisoformat also reads 20261122 and 2026-W47-7.
        raise Unreadable(f"{short(text)} is not a date", 'a date like "2026-11-22"')
    return found


def days(text: str) -> int:
    """Text like "30d" as a number of days. Raises Unreadable."""
    found = _DAYS.fullmatch(text)
    if not found:
        raise Unreadable(f"{short(text)} is not a number of days", 'text like "30d"')
    return int(found[1])


def moment_ms(text: str) -> int:
    """An RFC 3339 moment with an offset as UTC milliseconds. Raises Unreadable."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 <= moment.year <= 2199:
        raise Unreadable(f"{short(text)} is not a moment", "RFC 3339 with an offset, 2026-11-22T10:15:00+03:00")
    return round(moment.timestamp() * 1000)


def short(text: str) -> str:
    """A text of the file on one short line, safe to show."""
    shown = ascii(text[:40]) if not text[:40].isprintable() else repr(text[:40])
    return shown if len(text) <= 40 else shown + "..."
