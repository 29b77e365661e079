"""What the till's store gives to sync and takes from it: a batch to send, and what an answer changes, each in one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from agent.loyalty.leases import Grant
from sync.wire import Changes, LeaseAnswer, Verdict


class Wanted(Struct, frozen=True):
    """A journalled want without an answer; `seq` is of the batch's incarnation."""

    seq: int
    member: str
    unit: str
    points: int


class Outgoing(Struct, frozen=True, kw_only=True):
    """The next records of the oldest incarnation that has unsent ones (else of the newest, none): a batch never spans two."""

    inc: int
    first: int
    """Seq of the first line; without lines, the one the next record will get."""
    prev: str
    """The chain's hash before it."""
    hash: str
    """The chain's hash after the last line."""
    lines: tuple[bytes, ...] = ()
    tail: int
    """Seq of this incarnation's last record in the journal."""
    newest: bool = True
    """Whether this is the incarnation the till writes now."""
    open_leases: tuple[str, ...] = ()
    wants: tuple[Wanted, ...] = ()
    """Wants of this incarnation that the batch reaches: seq <= the last line's."""
    cursor: str = ""
    epoch: int = 0
    durable: int = 0
    """The hub's durable mark of this incarnation as last told."""
    members: int = 0
    """How many members the till knows, told only without a cursor; an empty first fill is suspect when there were some."""

    @property
    def last(self) -> int:
        return self.first - 1 + len(self.lines)


class Settled(Struct, frozen=True, kw_only=True):
    """What a believed answer changes. Write all of it in one transaction, then the watermark is safe to forget nothing."""

    inc: int
    wm: int
    """Everything of `inc` up to here is applied at the hub."""
    durable: int
    epoch: int
    at: int
    """The hub's time, UTC ms."""
    exceptions: tuple[Verdict, ...] = ()
    grants: tuple[Grant, ...] = ()
    """Signed and asked for. Journal each (`lease_got`) before it is spent from; one that is already there only answers its want."""
    refusals: tuple[LeaseAnswer, ...] = ()
    changes: Changes | None = None
    """Apply as `Outbox.apply` does. An empty cursor in it is not saved."""
    rewind: bool = False
    """The hub came back from a backup: count as unsent everything the journal still holds, of every incarnation; the hub's next
    answers say how much of it it has. `wm` is not to be saved."""


class Outbox(Protocol):
    """The till's store, as sync sees it. Calls come from sync's thread; the store runs them on its writer."""

    def read(self, *, records: int, size: int) -> Outgoing:
        """The next batch: at most so many records and bytes, but always one record when there is one (see `fitting`)."""
        ...

    def hash_at(self, inc: int, seq: int) -> str | None:
        """The chain's hash after a record; None for one the journal does not hold (any more)."""
        ...

    def settle(self, settled: Settled) -> None: ...

    def cursor(self) -> str: ...

    def members(self) -> int:
        """How many are known here, 0 while the hub has told of nobody."""
        ...

    def apply(self, changes: Changes) -> None:
        """Members, programme, revokes and the cursor, in one transaction. An empty cursor is not saved."""
        ...


def fitting(lengths: Iterable[int], *, records: int, size: int) -> int:
    """How many of the next records make one batch; a single larger one goes alone."""
    count = total = 0
    for length in lengths:
        total += length + 1
        if count and (count >= records or total > size):
            break
        count += 1
    return min(count, max(records, 1))
