"""Bugs planted on purpose: each breaks one rule the leases rest on, and the search must find each."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from unittest import mock

import msgspec

from agent.loyalty import leases as algebra
from agent.store.rights import Rights
from agent.till import wish
from sync.hub import late, rights
from sync.hub import leases as granting
from sync.hub.postings import Mover


class Bug(NamedTuple):
    """`what` it does and the `patch`es that do it; `own` and `at_hub` are the actions it is looked for with, to `depth`."""

    what: str
    patches: Callable[[], list[Any]]
    own: tuple[str, ...]
    at_hub: tuple[str, ...] = ()
    depth: int = 6


def _by_clock() -> list[Any]:
    """The hub takes back what other tills hold when somebody else asks: their clocks say that it is over."""
    answer = granting.Desk.answer

    def early(self: Any, book: Any, record: Any, want: Any, **more: Any) -> Any:
        for held in self._others(book, want.unit):
            if held.state == "open":
                mover = Mover(book, *self.by, self.ground.day)
                rights.release_lease(mover, held.lease.grant.id, now_ms=self.ground.now_ms)
                book.leases[held.lease.grant.id] = msgspec.structs.replace(
                    book.leases[held.lease.grant.id], state="closed"
                )
        return answer(self, book, record, want, **more)

    return [mock.patch.object(granting.Desk, "answer", early)]


def _twice() -> list[Any]:
    """A wish that is asked again, because its answer was lost, is granted again."""
    answer = granting.Desk.answer

    def again(self: Any, book: Any, record: Any, want: Any, **_more: Any) -> Any:
        book.leases.pop(algebra.lease_id(record.till, record.inc, record.seq), None)
        return answer(self, book, record, want, answered=False)

    return [mock.patch.object(granting.Desk, "answer", again)]


def _close_first() -> list[Any]:
    """A till gives a lease back whole, whatever it spent of it."""

    def close(lease: Any) -> Any:
        unspent = msgspec.structs.replace(lease, spent=())
        return msgspec.structs.replace(unspent, closed=True), algebra.left_parts(unspent)

    return [mock.patch.object(wish, "leases", _With(algebra, close=close))]


def _no_loss() -> list[Any]:
    """A late spend after a forced release is dropped: nobody pays it (I6)."""
    return [mock.patch.object(Mover, "redeem_beyond", return_value=())]


def _return_by_record() -> list[Any]:
    """A return of a late spend gives back the lots its record names, whatever the sale took."""
    return [mock.patch.object(late, "give_back", lambda mover, _sale, unit, parts: mover.restore(unit, parts))]


def _stays_open() -> list[Any]:
    """A till tells the hub that it closed a lease, and goes on spending from it."""
    keep = Rights.keep

    def kept(self: Any, lease: Any, *, used: int) -> None:
        keep(self, msgspec.structs.replace(lease, closed=False), used=used)

    return [mock.patch.object(Rights, "keep", kept)]


def _keeps_rights() -> list[Any]:
    """A healed till goes on with the rights of its former incarnation."""
    return [mock.patch.object(Rights, "forget", return_value=None)]


def _lends_what_is_lent() -> list[Any]:
    """The hub looks at what a lot has, not at what others hold of it."""
    grant = algebra.grant
    return [
        mock.patch.object(
            granting, "algebra", _With(algebra, grant=lambda want, lots, _leased, day: grant(want, lots, {}, day))
        )
    ]


class _With:
    """A module with some names changed."""

    def __init__(self, module: Any, **changed: Any) -> None:
        self._module = module
        self.__dict__.update(changed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


BUGS = {
    "release-by-clock": Bug("the hub releases by its clock", _by_clock, ("want", "spend")),
    "grant-twice": Bug("a repeated wish is granted twice", _twice, ("want",)),
    "close-before-spends": Bug("a close gives back what was spent", _close_first, ("want", "spend", "close")),
    "release-without-loss": Bug("a late spend is nobody's", _no_loss, ("want", "spend"), ("release T1",)),
    "return-by-record": Bug(
        "a late spend is returned to others' lots",
        _return_by_record,
        ("want", "spend", "give_back"),
        ("release T1",),
        8,
    ),
    "spend-after-close": Bug("a closed lease is spent from", _stays_open, ("want", "spend", "close")),
    "rights-outlive-incarnation": Bug("a healed till keeps its rights", _keeps_rights, ("want", "spend", "heal")),
    "lend-what-is-lent": Bug("one point under two leases", _lends_what_is_lent, ("want",)),
}


@contextlib.contextmanager
def planted(name: str) -> Iterator[Bug]:
    """The code with the bug in it."""
    bug = BUGS[name]
    with contextlib.ExitStack() as stack:
        for patch in bug.patches():
            stack.enter_context(patch)
        yield bug
