"""What stands around a record while it is applied: whose it is, now, today; and the refusal to apply one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from agent.loyalty.leases import Grant
from agent.loyalty.lots import Lot
from agent.loyalty.sale import MAX_MINOR

DEFAULT_ZONE = "Europe/Moscow"
"""Days are counted here until a programme says where."""
MAX_POINTS = MAX_MINOR
"""Most points of one lot, part or lease; keeps every sum far below 2**63."""
MAX_PARTS = 1_000
MAX_MS = 253_000_000_000_000
"""In the year 9987."""
_ID = re.compile(r"[\w.:\-/]{1,80}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Unapplicable(Exception):
    """A record that cannot be applied; it is parked verbatim under `reason` and the mark advances."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Ground:
    """A batch's surroundings. `day` is the ISO day of `now_ms` in the programme's zone."""

    till: str
    store: str
    now_ms: int
    zone: str
    recovering: bool = False
    """The hub came back from a backup: it takes facts and rights, and grants nothing."""
    signed: Callable[[Grant], bool] = lambda _: False
    """Whether a grant carries this hub's own signature."""
    restored: Callable[[], bool] = lambda: False
    """Whether this hub ever came back from a backup, so that it may have forgotten what it granted."""

    @property
    def day(self) -> str:
        return day_of(self.now_ms, self.zone)


class Moment(Struct, frozen=True, kw_only=True):
    """When the hub does something of its own: its epoch, the programme's zone, the ISO day there, and UTC ms."""

    epoch: int
    zone: str
    day: str
    now_ms: int


def day_of(at_ms: int, zone: str) -> str:
    """The ISO day of a moment (UTC ms) in an IANA zone; moments outside of years 1 to 9999 are cut to them."""
    seconds = min(max(at_ms // 1000, -62_000_000_000), 253_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def need_id(*ids: str) -> None:
    """Raises Unapplicable for what cannot be a key."""
    for text in ids:
        if not _ID.fullmatch(text):
            raise Unapplicable("bad-id")


def need_day(*days: str | None) -> None:
    """ISO days of the calendar, "" or None: days are compared as text, and shown to people as dates."""
    for text in days:
        if text and not (_DAY.fullmatch(text) and _is_day(text)):
            raise Unapplicable("bad-day")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def need_points(*amounts: int, least: int = 0) -> None:
    for points in amounts:
        if not least <= points <= MAX_POINTS:
            raise Unapplicable("bad-points")


def need_moment(*moments_ms: int) -> None:
    """UTC milliseconds that a 64-bit column and a calendar can hold."""
    for moment in moments_ms:
        if not 0 <= moment <= MAX_MS:
            raise Unapplicable("bad-time")


def need_lot(lot: Lot) -> None:
    """A lot as it is born: whole, with days and sizes a column can hold."""
    need_id(lot.id, lot.unit)
    need_points(lot.points, least=1)
    need_moment(lot.born)
    need_day(lot.spendable_from, lot.expires_on)
    if lot.left != lot.points:
        raise Unapplicable("bad-lot")


def need_few(things: Iterable[object] | Mapping[str, object]) -> None:
    if sum(1 for _ in things) > MAX_PARTS:
        raise Unapplicable("too-many-parts")
