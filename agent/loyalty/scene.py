"""Who buys, when and how: what an offer's context is judged against. One scene serves a whole evaluation."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
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
        return (
            self._moment(context) or self._presented(context) or (self._person(context) if context.personal else None)
        )

    def _moment(self, context: Context) -> Refusal | None:
        if context.dates and not any(first <= self.day <= last for first, last in context.dates):
            return "other-date", _dates(context.dates)
        if context.weekdays is not None and self.weekday not in context.weekdays:
            return "other-weekday", NOTHING
        if context.hours and not any(_within(self.minute, span) for span in context.hours):
            start, end = context.hours[0]
            return "other-hour", {"from": _clock(start), "to": _clock(end)}
        return None

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


def _dates(spans: tuple[tuple[str, str], ...]) -> dict[str, str | int]:
    return {"from": spans[0][0], "to": spans[-1][1]}


def _within(minute: int, span: tuple[int, int]) -> bool:
    start, end = span
    return start <= minute < end if start < end else minute >= start or minute < end


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _near_birthday(birthday: str | None, today: date, around: tuple[int, int]) -> bool:
    """Whether today lies within so many days before and after; 29 February is kept on 28 in other years."""
    if birthday is None:
        return False
    before, after = around
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
