"""When a lot may be spent: the first and last day a rule of the programme gives to points accrued on a day.

Rules: "14d" (so many days after accrual), "end_of_month+3" (last day of the third month after the accrual's), "2027-01-31" (that
day), "01-31" (the next such day of a year, the accrual's own included), "never". Days are ISO strings in the programme's zone.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

MAX_DAYS = 36_500
MAX_MONTHS = 1_200

_DAYS = re.compile(r"(\d{1,5})d")
_MONTH_END = re.compile(r"end_of_month(?:\+(\d{1,4}))?")
_YEARLY = re.compile(r"(\d\d)-(\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def add_days(day: str, days: int) -> str:
    """The ISO day so many days later (earlier, when negative)."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def check(rule: str) -> bool:
    """Whether `rule` is one this module understands; the programme's reader asks before it accepts one."""
    try:
        last_day(rule, "2024-02-29")
    except ValueError:
        return False
    return True


def first_day(pending: str, accrued: str) -> str:
    """First day to spend: "14d" is accrual + 14; "" and "0d" are the day of accrual itself. Raises ValueError for another form."""
    if not pending:
        return accrued
    return add_days(accrued, _days(pending))


def last_day(rule: str, accrued: str) -> str | None:
    """Last day to spend, inclusive; None never expires. "365d" is accrual + 365. Raises ValueError for an unknown rule."""
    if rule == "never":
        return None
    if found := _MONTH_END.fullmatch(rule):
        return _month_end(accrued, int(found[1] or 0))
    if found := _YEARLY.fullmatch(rule):
        return _next_yearly(accrued, int(found[1]), int(found[2]))
    if _DATE.fullmatch(rule):
        return date.fromisoformat(rule).isoformat()
    return add_days(accrued, _days(rule))


def _days(rule: str) -> int:
    found = _DAYS.fullmatch(rule)
    if not found or int(found[1]) > MAX_DAYS:
        raise ValueError(f"not a number of days like 14d: {rule!r}")
    return int(found[1])


def _month_end(accrued: str, months: int) -> str:
    if months > MAX_MONTHS:
        raise ValueError(f"at most {MAX_MONTHS} months, not {months}")
    start = date.fromisoformat(accrued)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return _kept(year, month + 1, 31).isoformat()


def _next_yearly(accrued: str, month: int, day: int) -> str:
    # 2024 is a leap year: 29 February is a lawful season's end, kept on 28 in other years.
    date(2024, month, day)
    start = date.fromisoformat(accrued)
    this_year = _kept(start.year, month, day)
    return (this_year if this_year >= start else _kept(start.year + 1, month, day)).isoformat()


def _kept(year: int, month: int, day: int) -> date:
    """That day, or the month's last when the month is shorter."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
