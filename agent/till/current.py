"""What is presented for the receipt now open: member, coupons, certificates. It belongs to one receipt and then is gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec
from msgspec import Struct

MAX_PRESENTED = 20
MAX_PARKED = 100
Outcome = Literal["shown", "late", "full"]


class Presented(Struct, frozen=True, kw_only=True):
    """One thing shown at the till. `at_ms` is monotonic; of a card only its keyed name is kept, never the number."""

    kind: Literal["member", "coupon", "certificate"]
    data: str
    """The code of a coupon or certificate; the keyed name of a card or phone."""
    member: str | None = None
    masked: str = ""
    how: str = "scan"
    at_ms: int


@dataclass(slots=True)
class Current:
    """Presented things, newest last; a scan made before the last commit never counts."""

    things: list[Presented] = field(default_factory=list)
    since_ms: int = 0
    """Monotonic time of the last commit or clearing."""
    touched_ms: int = 0
    """Monotonic time of the last sign of life of the receipt now open: a scan, a quote."""
    parked: dict[str, list[Presented]] = field(default_factory=dict)
    """Kept with a suspended sale, by its id."""

    def present(self, thing: Presented) -> Outcome:
        """Add a thing, or renew it; `late` when it belongs to a receipt that is done, `full` when there are too many."""
        if thing.at_ms < self.since_ms:
            return "late"
        kept = [old for old in self.things if (old.kind, old.data) != (thing.kind, thing.data)]
        if len(kept) >= MAX_PRESENTED:
            return "full"
        self.things = [*kept, thing]
        self.touch(thing.at_ms)
        return "shown"

    def touch(self, now_ms: int) -> None:
        """The receipt now open is being worked on."""
        self.touched_ms = max(self.touched_ms, now_ms)

    def members(self) -> list[Presented]:
        """Different members presented, newest last; more than one asks the cashier."""
        seen: dict[str, Presented] = {}
        for thing in self.things:
            if thing.member is not None:
                seen.pop(thing.member, None)
                seen[thing.member] = thing
        return list(seen.values())

    def of(self, kind: Literal["coupon", "certificate"]) -> list[str]:
        """Codes of one kind."""
        return [thing.data for thing in self.things if thing.kind == kind]

    def clear(self, now_ms: int) -> None:
        """The receipt is done, or the cashier begins anew."""
        self.things = []
        self.since_ms = self.touched_ms = now_ms

    def close(self, sale: str, now_ms: int) -> None:
        """A sale is done: nothing of it waits any more, here or parked."""
        self.parked.pop(sale, None)
        self.clear(now_ms)

    def idle(self, now_ms: int, limit_ms: int) -> bool:
        """Whether something is presented and nobody has worked on its receipt for so long."""
        return bool(self.things) and now_ms - self.touched_ms >= limit_ms

    def park(self, sale: str, now_ms: int) -> None:
        """Keep what is presented with a suspended sale, beside what already waits there; the oldest of too many goes."""
        kept = self.parked.pop(sale, [])
        self.parked[sale] = [*kept, *(thing for thing in self.things if thing not in kept)][-MAX_PRESENTED:]
        while len(self.parked) > MAX_PARKED:
            self.parked.pop(next(iter(self.parked)))
        self.clear(now_ms)

    def resume(self, sale: str, now_ms: int) -> bool:
        """Bring back what was presented for a suspended sale, as if presented now; whether anything was."""
        waiting = self.parked.pop(sale, [])
        for thing in waiting:
            self.present(msgspec.structs.replace(thing, at_ms=max(now_ms, self.since_ms)))
        return bool(waiting)
