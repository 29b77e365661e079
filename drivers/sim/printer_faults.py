"""What goes wrong with printers, as a script: which fault, at which received byte, for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

FaultKind = Literal[
    "paper_out", "cover_open", "power_cycle", "reset", "fin", "half_open", "black_hole", "lost_ack", "slow_ack", "stall"
]
ALL_FAULTS: tuple[FaultKind, ...] = (
    "paper_out",
    "cover_open",
    "power_cycle",
    "reset",
    "fin",
    "half_open",
    "black_hole",
    "lost_ack",
    "slow_ack",
    "stall",
)
T = TypeVar("T")


class Chance(Protocol):
    """The part of a seeded random generator that a script needs."""

    def randrange(self, start: int, stop: int) -> int: ...

    def choice(self, seq: Sequence[T]) -> T: ...


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `after_lines` is for paper that ends in the middle of what is printed later.

    `worked_bytes` is how much of what it holds the printer gets done before it strikes: the rest may be lost.
    """

    kind: FaultKind
    at_byte: int
    """Bytes received since the beginning when it strikes."""
    hold_ms: int
    """How long it lasts: until paper is put in, the cover closed, the printer back on, the answer sent."""
    after_lines: int = 0
    worked_bytes: int = 0


def random_faults(chance: Chance, *, count: int, bytes_total: int, hold_ms: int) -> list[Fault]:
    """A script of `count` faults spread at random over so many bytes, the same for the same seed."""
    faults = [
        Fault(
            kind=chance.choice(ALL_FAULTS),
            at_byte=chance.randrange(1, bytes_total),
            hold_ms=chance.randrange(hold_ms // 2, hold_ms + 1),
            after_lines=chance.randrange(0, 8),
            worked_bytes=chance.randrange(0, 400),
        )
        for _ in range(count)
    ]
    return sorted(faults, key=lambda fault: fault.at_byte)
