"""Who buys, when and how: what an offer's context is judged against. One scene serves a whole evaluation."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from agent.loyalty.member import Member
from agent.loyalty.programme.values import Context

MIN_AT_MS = 0
MAX_AT_MS = 7_258_118_400_000
"""1970 to 2200: outside it a clock is wrong, and sums of days would leave the calendar."""
Refusal = tuple[str, dict[str, str | int]]
NOTHING: dict[str, str | int] = {}


def local(at_ms: int, zone: ZoneInfo) -> datetime:
    """A moment on the wall clock of a zone. Raises ValueError outside 1970 to 2200."""
    if not MIN_AT_MS <= at_ms < MAX_AT_MS:
        raise ValueError(f"{at_ms} ms lies outside 1970 to 2200")
    return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone)


class Scene:
    """`member` is None for a blocked card too: it is priced as nobody's, and personal offers say why."""

    def __init__(
        self, member: Member | None, moment: datetime, *, tenders: Sequence[str] = (), coupons: Sequence[str] = ()
    ) -> None:
        self.blocked = member is not None and member.status == "blocked"
        self.member = None if self.blocked else member
        self.today = moment.date()
        self.day = self.today.isoformat()
        self.weekday = moment.weekday()
        self.minute = moment.hour * 60 + moment.minute
        self.tenders = frozenset(tenders)
        self.coupons = frozenset(coupons)

    def without_member(self) -> Scene:
        """The same moment with nobody's card."""
        twin = Scene.__new__(Scene)
        twin.__dict__.update(self.__dict__)
        twin.member, twin.blocked = None, False
        return twin

    def refusal(self, context: Context) -> Refusal | None:
        """Why the context is not met, as code and numbers; None when it is."""
        if context.dates and not self._on(context.dates):
            return "other-date", {"from": context.dates[0][0], "to": context.dates[-1][1]}
        if context.weekdays is not None and self.weekday not in context.weekdays:
            return "other-weekday", NOTHING
        if context.hours and not self._at(context.hours):
            return "other-hour", _hours(context.hours[0])
        return self._presented(context) or (self._person(context) if context.personal else None)

    # Plain loops: a programme may have thousands of contexts, and these two refuse most of them.
    def _on(self, spans: tuple[tuple[str, str], ...]) -> bool:
        for first, last in spans:  # noqa: SIM110 - see above
            if first <= self.day <= last:
                return True
        return False

    def _at(self, spans: tuple[tuple[int, int], ...]) -> bool:
        minute = self.minute
        for start, end in spans:  # noqa: SIM110 - see above
            if (start <= minute < end) if start < end else (minute >= start or minute < end):
                return True
        return False

    def _presented(self, context: Context) -> Refusal | None:
        if context.coupons is not None and not context.coupons & self.coupons:
            return "no-coupon", NOTHING
        if context.tenders is not None:
            met = self.tenders <= context.tenders if context.all_tenders else bool(self.tenders & context.tenders)
            if not met or not self.tenders:
                return "other-tender", NOTHING
        return None

    def _person(self, context: Context) -> Refusal | None:
        member = self.member
        if context.member is False:
            return None if member is None else ("not-for-members", NOTHING)
        if member is None:
            return ("card-blocked" if self.blocked else "no-member"), NOTHING
        if context.tiers is not None and member.tier not in context.tiers:
            return "other-tier", NOTHING
        for asked, has, code in (
            (context.segments, member.segments, "other-segment"),
            (context.clubs, member.clubs, "other-club"),
            (context.subscriptions, member.subscriptions, "no-subscription"),
        ):
            if asked is not None and asked.isdisjoint(has):
                return code, NOTHING
        if context.birthday is not None and not _near_birthday(member.birthday, self.today, context.birthday):
            return "not-birthday", NOTHING
        if context.new_days is not None and not _joined_within(member.joined, self.today, context.new_days):
            return "not-new", NOTHING
        return None


@lru_cache(maxsize=4096)
def _hours(span: tuple[int, int]) -> dict[str, str | int]:
    start, end = (f"{minute // 60:02d}:{minute % 60:02d}" for minute in span)
    return {"from": start, "to": end}


def _near_birthday(birthday: str | None, today: date, around: tuple[int, int]) -> bool:
    """Whether today lies within so many days before and after; 29 February is kept on 28 in other years."""
    if birthday is None:
        return False
    before, after = around
    birthday = birthday[-5:]
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            kept = "02-28" if birthday == "02-29" and not isleap(year) else birthday
            day = date.fromisoformat(f"{year:04d}-{kept}")
        except ValueError:
            # A day no calendar has: a member's data may be wrong, an evaluation never fails for it.
            return False
        if timedelta(days=-before) <= today - day <= timedelta(days=after):
            return True
    return False


def _joined_within(joined: str | None, today: date, days: int) -> bool:
    """A member of `30d` joined today or on one of the 29 days before."""
    try:
        return joined is not None and 0 <= (today - date.fromisoformat(joined)).days < days
    except ValueError:
        return False
