"""Bugs planted in the till."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

import msgspec

from agent.loyalty import leases as algebra
from agent.loyalty.leases import Backing, Grant, Lease
from agent.rows import position
from agent.runtime.renewal import Renewal
from agent.store.outbox import StoreOutbox
from agent.store.rights import Rights
from agent.till import sell
from sync.wire import Changes

LATE = 6


def ack_on_send() -> Any:
    """What is sent counts as known at the hub before anything was answered."""
    plain = StoreOutbox._read

    def read(self: StoreOutbox, records: int, size: int) -> Any:
        out = plain(self, records, size)
        if out.lines:
            with self._store.transaction():
                self._store.meta.put("acked", str(position(out.inc, out.last)))
        return out

    return mock.patch.object(StoreOutbox, "_read", read)


def without_lease() -> Any:
    """The till spends what the member has by the hub's last word, lease or no lease."""
    plain = Rights.leases

    def leases(self: Rights, member: str | None = None) -> list[Lease]:
        found = plain(self, member)
        if member is None or found:
            return found
        row = self._sql.one("SELECT state FROM member WHERE id = ?", (member,))
        lots = msgspec.json.decode(row[0]).get("lots", []) if row else []
        backing = tuple(Backing(lot=lot["id"], points=lot["left"], born=lot["born"]) for lot in lots if lot["left"])
        if not backing:
            return []
        total = sum(part.points for part in backing)
        return [
            Lease(grant=Grant(id="balance", till="", member=member, unit="points:main", granted=total, backing=backing))
        ]

    return mock.patch.object(Rights, "leases", leases)


def beyond_expiry() -> Any:
    """The till does not look at the last day of a lease's parts."""
    plain = algebra._room
    return mock.patch.object(algebra, "_room", lambda lease, _day: plain(lease, None))


def cursor_first() -> Any:
    """The cursor is kept at once, the members it stands for some answers later: whoever restarts in between misses them."""
    plain, late = StoreOutbox._take, dict[int, list[Changes]]()

    def take(self: StoreOutbox, changes: Changes, **more: Any) -> None:
        waiting = late.setdefault(id(self), [])
        waiting.append(changes)
        members = tuple(state for one in waiting for state in one.members) if len(waiting) > LATE else ()
        if members:
            waiting.clear()
        plain(self, msgspec.structs.replace(changes, members=members), **more)

    return mock.patch.object(StoreOutbox, "_take", take)


def print_first() -> Any:
    """The printer is told before the sale is committed."""
    plain = sell._keep

    def keep(desk: Any, *args: Any, **more: Any) -> None:
        plain(desk, *args, **more)
        desk.print_soon(desk.rules.printer or "")

    return mock.patch.object(sell, "_keep", keep)


@contextlib.contextmanager
def no_replay_net() -> Iterator[None]:
    """A sale that the POS sends again is sold again."""
    from agent.store.operations import Operations

    plain, put = Operations.get, Operations.put

    def get(self: Any, kind: str, name: str) -> Any:
        return None if kind == "sale" else plain(self, kind, name)

    def keep(self: Any, operation: Any) -> None:
        self._sql.run("DELETE FROM operation WHERE kind = ? AND id = ?", (operation.kind, operation.id))
        put(self, operation)

    with mock.patch.object(Operations, "get", get), mock.patch.object(Operations, "put", keep):
        yield


def spend_not_kept() -> Any:
    """The lease is not written back in the sale's own transaction, but the next time anybody looks."""
    plain = Rights.keep
    waiting: dict[int, list[tuple[Lease, int]]] = {}

    def keep(self: Rights, lease: Lease, *, used: int) -> None:
        if self.lease(lease.grant.id) is None or lease.closed:
            plain(self, lease, used=used)
            return
        waiting.setdefault(id(self), []).append((lease, used))
        if len(waiting[id(self)]) > 1:
            for former, at in waiting.pop(id(self)):
                plain(self, former, used=at)

    return mock.patch.object(Rights, "keep", keep)


def same_incarnation() -> Any:
    """A till whose disk was set back does not hear it from the hub, and goes on as the one it was."""
    return mock.patch.object(Renewal, "heard", return_value=False)


def rights_kept() -> Any:
    """A new incarnation goes on spending what the former one was lent."""

    def forget(self: Rights) -> None:
        self._sql.run("UPDATE want SET state = 'refused', reason = 'incarnation' WHERE state = 'pending'")

    return mock.patch.object(Rights, "forget", forget)


TILL = {
    "ack-on-send": ("what was sent counts as acknowledged", ack_on_send),
    "spend-without-lease": ("the till spends by balance where it has no lease", without_lease),
    "spend-beyond-expiry": ("the till spends parts of a lease after their day", beyond_expiry),
    "cursor-before-changes": ("the cursor is saved before what it stands for", cursor_first),
    "print-before-commit": ("paper is asked for inside the sale's transaction", print_first),
    "no-replay-net": ("a sale sent again by the POS is sold again", no_replay_net),
    "restored-goes-on": ("a till set back in time keeps its incarnation", same_incarnation),
    "restored-keeps-rights": ("a new incarnation spends the former's leases", rights_kept),
    "lease-written-late": ("a spend reaches its lease after the sale is committed", spend_not_kept),
}
