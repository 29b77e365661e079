"""What a little more would bring: totals and thresholds nearly reached, and what a card would have earned."""

from __future__ import annotations

from collections.abc import Sequence

from agent.loyalty.accrual import Harvest
from agent.loyalty.decision import Trace
from agent.loyalty.mechanics.percent import WHOLE_BP
from agent.loyalty.programme.values import Programme

MAX_HINTS = 3
_ASKED = {"lacks-total": "need", "below-threshold": "above"}


def reach(programme: Programme, total: int) -> int:
    """The largest total asked for that this one nearly reaches; thresholds up to it are found by bisection."""
    spare = WHOLE_BP - programme.hint_within_bp
    return total * WHOLE_BP // spare if spare else 10**18


def hints(programme: Programme, traces: dict[int, Trace], would: Sequence[Harvest]) -> tuple[Trace, ...]:
    """The nearest thresholds first, by what is lacking, then by offer."""
    near = []
    for trace in traces.values():
        asked = _ASKED.get(trace.code)
        if asked is None:
            continue
        need, lacks = trace.numbers[asked], trace.numbers["lacks"]
        if isinstance(need, int) and isinstance(lacks, int) and lacks * WHOLE_BP <= need * programme.hint_within_bp:
            near.append((lacks, trace.offer, Trace(trace.offer, "nearly", {"lacks": lacks, "need": need})))
    near.sort(key=lambda each: each[:2])
    earned = [
        Trace("", "would-earn", {"points": harvest.points, "currency": harvest.currency.id})
        for harvest in would
        if harvest.points
    ]
    return (*earned, *(trace for _, _, trace in near[:MAX_HINTS]))
