"""What arrives from tills, as values: watermarks, records, what is parked, and the net under repeated sales."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from sync.wire import GENESIS, PROVISIONAL, LeaseAnswer

SEEN_MS = 60_000
"""A push that says nothing new is noted no more often."""


class Mark(Struct, frozen=True):
    """How far one incarnation of a till has been applied: everything up to `wm`; `hash` is its chain there."""

    till: str
    inc: int
    wm: int = 0
    hash: str = GENESIS
    hlc: int = 0
    forks: int = 0
    durable: int = 0
    """Inside the last verified backup."""
    answered: int = 0
    """Highest wish answered: one up to here that has no lease was refused, and a repeated push does not make it a grant."""
    waiting: tuple[int, ...] = ()
    """Wishes up to there that were refused for the time being only, as of the newest push."""
    at: int = 0
    """UTC ms of the row's last change, at most SEEN_MS older than the till's last push."""
    writes: int = 0
    """Pushes that wrote something; numbers what each announces."""
    place: int = 0
    """Where the last record stands in the canonical order of all tills' records."""

    def has_answered(self, seq: int) -> bool:
        """Whether a wish has had its answer."""
        return seq <= self.answered and seq not in self.waiting

    def answering(self, answers: Sequence[LeaseAnswer]) -> Mark:
        """The mark after these answers; of wishes refused for the time being it remembers those that this push asked."""
        return msgspec.structs.replace(
            self,
            answered=max([self.answered, *(answer.want for answer in answers)]),
            waiting=tuple(sorted(answer.want for answer in answers if answer.refused in PROVISIONAL)),
        )


class Arrived(Struct, frozen=True):
    """One record as it came."""

    seq: int
    line: bytes
    hash: str


class Parked(Struct, frozen=True):
    """A record that could not be applied, kept verbatim for a person."""

    till: str
    inc: int
    seq: int
    reason: str
    line: bytes


class Known(Struct, frozen=True):
    """The first record that carried a sale, return or void."""

    content: str
    till: str
    inc: int
    seq: int


def sale_key(kind: str, store: str, id: str) -> str:  # noqa: A002 - the field's name
    """Where the net finds a sale, return or void again."""
    return hashlib.sha256(f"{kind}\0{store}\0{id}".encode()).hexdigest()
