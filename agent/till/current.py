"""What is presented for the receipt now open: member, coupons, certificates. It belongs to one receipt and then is gone."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

MAX_PRESENTED = 20


class Presented(Struct, frozen=True, kw_only=True):
    """One thing shown at the till. `at_ms` is monotonic."""

    kind: str
    data: str
    member: str | None = None
    how: str = "scan"
    at_ms: int


@dataclass(slots=True)
class Current:
    """Presented things, newest last; a scan made before the last commit never counts."""

    things: list[Presented] = field(default_factory=list)
    since_ms: int = 0
    """Monotonic time of the last commit or clearing."""
    parked: dict[str, list[Presented]] = field(default_factory=dict)
    """Kept with a suspended sale, by its id."""

    def present(self, thing: Presented) -> bool:
        """Add a thing; False when it came too late for its receipt, is there already, or there are too many."""
        same = any(old.kind == thing.kind and old.data == thing.data for old in self.things)
        if thing.at_ms < self.since_ms or same or len(self.things) >= MAX_PRESENTED:
            return False
        self.things.append(thing)
        return True

    def members(self) -> list[Presented]:
        """Different members presented; more than one asks the cashier."""
        seen: dict[str, Presented] = {}
        for thing in self.things:
            if thing.member is not None:
                seen[thing.member] = thing
        return list(seen.values())

    def of(self, kind: str) -> list[str]:
        return [thing.data for thing in self.things if thing.kind == kind]

    def clear(self, now_ms: int) -> None:
        """The receipt is done, or the cashier begins anew."""
        self.things.clear()
        self.since_ms = now_ms

    def idle(self, now_ms: int, limit_ms: int) -> bool:
        """Whether all that is presented is older than the limit."""
        return bool(self.things) and now_ms - max(thing.at_ms for thing in self.things) >= limit_ms

    def park(self, sale: str, now_ms: int) -> None:
        """Keep what is presented with a suspended sale; at most 100 are kept, the oldest goes."""
        self.parked[sale] = list(self.things)
        while len(self.parked) > 100:
            self.parked.pop(next(iter(self.parked)))
        self.clear(now_ms)

    def resume(self, sale: str, now_ms: int) -> None:
        """Bring back what was presented for a suspended sale, as if presented now."""
        for thing in self.parked.pop(sale, []):
            self.present(Presented(kind=thing.kind, data=thing.data, member=thing.member, how=thing.how, at_ms=now_ms))
