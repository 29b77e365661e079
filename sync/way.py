"""One direction of the line: how it has been, when it may be tried again, and what a step on it came to. No I/O of its own.

Pushes and pulls each have a way: a long poll that waits or fails must not hold a push back, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from sync.calls import HubFault
from sync.retry import Below, Pace
from sync.trust import Doubt

Kind = Literal["idle", "waiting", "sent", "pulled", "away", "busy", "refused", "nonsense", "suspect", "fork"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one step came to. `refused`, `nonsense`, `suspect` and `fork` need a person or the store; nothing was lost by any."""

    kind: Kind
    code: str = ""
    """Why, in one word: the line's fault, the hub's problem type, or what makes the answer suspect."""
    detail: str = ""
    status: int = 0
    sent: int = 0
    """Records newly known to be applied."""
    inc: int = 0
    wm: int = 0
    more: bool = False
    """There is more to do at once."""
    wait_ms: int = 0
    """Nothing will be tried before."""
    doubts: tuple[Doubt, ...] = ()
    """Parts of a settled answer that were not obeyed."""
    rewound: bool = False
    common: int = 0
    """Of a fork: the last record of `inc` that the hub has as it is here."""
    highest: int = 0
    """The highest incarnation of this till the hub knows, as far as it may be believed."""
    news: bool = False
    """Something was told that was not known."""
    fill: bool = False
    """The hub would have the till take the fill rather than more pages."""


class Way:
    """The pace of one direction. `below(n)` is chance: an integer from 0 to n - 1."""

    def __init__(self, below: Below) -> None:
        self._below = below
        self.pace = Pace()
        self._cut = False
        """The last try met nobody."""

    def answered(self) -> None:
        """The hub spoke and was understood."""
        self.pace, self._cut = Pace(), False

    def line_is_back(self) -> None:
        """The other way got through: what waits for the line alone waits no longer. A server's own faults wait on."""
        if self._cut:
            self.pace = replace(self.pace, not_before_ms=0)

    def held_back(self, now_ms: int, probe: Callable[[], None]) -> Outcome | None:
        """An outcome when nothing may be tried now: too early, or the probe of an open breaker failed."""
        step = self.pace.step(now_ms)
        if step == "wait":
            return Outcome(kind="waiting", code=self.pace.fate, wait_ms=self.pace.not_before_ms - now_ms)
        if step == "probe":
            try:
                probe()
            except HubFault as fault:
                return self.failed(fault, now_ms)
            self.pace = self.pace.probed()
        return None

    def failed(self, fault: HubFault, now_ms: int) -> Outcome:
        """A call that came to nothing: back off, for long where time alone will not mend it."""
        if fault.code in ("refused", "too-large", "nonsense"):
            kind: Kind = "nonsense" if fault.code == "nonsense" else "refused"
            return self.stopped(kind, fault.problem or fault.cause or fault.code, now_ms, fault=fault)
        fate: Literal["busy", "away"] = "busy" if fault.code == "busy" else "away"
        self.pace = self.pace.after(fate, now_ms, self._below, retry_after=fault.retry_after)
        self._cut = fault.code == "away"
        return Outcome(
            kind=fate,
            code=fault.problem or fault.cause or fault.code,
            status=fault.status,
            wait_ms=self.pace.not_before_ms - now_ms,
        )

    def stopped(
        self,
        kind: Kind,
        code: str,
        now_ms: int,
        *,
        fault: HubFault | None = None,
        inc: int = 0,
        wm: int = 0,
        doubts: tuple[Doubt, ...] = (),
    ) -> Outcome:
        """Keep everything and try again only rarely: what is wrong will not mend itself in seconds."""
        self.pace = self.pace.after("stopped", now_ms, self._below, retry_after=fault.retry_after if fault else None)
        return Outcome(
            kind=kind,
            code=code,
            detail=fault.cause if fault else "",
            status=fault.status if fault else 0,
            inc=inc,
            wm=wm,
            wait_ms=self.pace.not_before_ms - now_ms,
            doubts=doubts,
        )
