"""A push against the till's chain: what is new in it, or that it leaves a gap or tells another story. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.errors import BadRequest, TooLarge
from sync import chain
from sync.hub.arrivals import Arrived, Mark
from sync.wire import BATCH_BYTES, BATCH_RECORDS, RECORD_BYTES, VERSION, Head

MAX_INC = 2**31 - 1
MAX_SEQ = 2**40 - 1


class BadPush(BadRequest):
    """A push that is refused whole and changes nothing: the till's code is wrong, or somebody else's hand. `cause` says what."""

    code = "push-refused"

    def __init__(self, cause: str) -> None:
        super().__init__(cause=cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a push stands: `fresh` continues the chain; a gap or a fork has none."""

    fresh: tuple[Arrived, ...] = ()
    gap: bool = False
    fork: bool = False
    common: int = 0
    """Of a fork: the last record of the batch, or the one before it, that both stories have; 0 when they part earlier."""


def arrivals(head: Head, lines: Sequence[bytes]) -> tuple[Arrived, ...]:
    """The records of a batch with their hashes. Raises BadPush when the head does not say what the lines are, TooLarge."""
    if head.v != VERSION:
        raise BadPush("unknown-version")
    if not (1 <= head.inc <= MAX_INC and 1 <= head.first <= MAX_SEQ and head.last == head.first - 1 + len(lines)):
        raise BadPush("bad-head")
    if len(lines) > BATCH_RECORDS:
        raise TooLarge("push-too-large", limit=BATCH_RECORDS, found=len(lines))
    if any(len(line) > RECORD_BYTES for line in lines):
        raise TooLarge("push-too-large", limit=RECORD_BYTES, found=max(map(len, lines)))
    if len(lines) > 1 and (size := sum(len(line) + 1 for line in lines)) > BATCH_BYTES:
        raise TooLarge("push-too-large", limit=BATCH_BYTES, found=size)
    found, prev = [], _hex(head.prev)
    for seq, line in enumerate(lines, head.first):
        prev = chain.link(prev, line, seq=seq, inc=head.inc)
        found.append(Arrived(seq, line, prev))
    if prev != _hex(head.hash):
        raise BadPush("bad-chain")
    return tuple(found)


def stand(head: Head, batch: Sequence[Arrived], mark: Mark, hash_at: Callable[[int], str | None]) -> Stand:
    """Judge a batch against the mark; `hash_at` gives the chain's hash after a record the hub has.

    Records up to the mark are dropped when they are the same; the same key with another hash is a fork.
    """
    before = head.first - 1
    if before > mark.wm:
        return Stand(gap=True)
    # The chain runs on over incarnations: what a first record follows is in its own hash, and another story in the next one's.
    if before and head.prev != _hash(before, mark, hash_at):
        return Stand(fork=True)
    known = min(head.last, mark.wm)
    same = bisect_left(
        range(head.first, known + 1), x=True, key=lambda seq: batch[seq - head.first].hash != _hash(seq, mark, hash_at)
    )
    if before + same < known:
        return Stand(fork=True, common=before + same)
    return Stand(fresh=tuple(one for one in batch if one.seq > mark.wm))


def _hash(seq: int, mark: Mark, hash_at: Callable[[int], str | None]) -> str | None:
    return mark.hash if seq == mark.wm else hash_at(seq)


def _hex(text: str) -> str:
    if len(text) != 64 or text.strip("0123456789abcdef"):
        raise BadPush("bad-head")
    return text
