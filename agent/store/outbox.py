"""The journal as sync's outbox, and what the hub's answers change here: each answer in one transaction, on the writer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from agent.loyalty.leases import Lease, lease_id
from agent.rows import PUSHED, Stored, WantRow, place, position
from agent.sqlite import Writer
from agent.store.settings import HUB_LINKS, ProgrammeText
from agent.store.till_store import TillStore
from sync.outbox import Outgoing, Settled, Wanted, fitting
from sync.page import Told, read_state
from sync.states import fault_of
from sync.trust import epoch_of, newest_rev, shrank
from sync.wire import PROVISIONAL, Changes, GotBody, MemberState, encode

MEMBERS_EPOCH = "members_epoch"
"""Key of `meta`: the hub's epoch whose revisions the members here have."""


class Now(Protocol):
    """The clock, as far as a record needs it."""

    def now_ms(self) -> int: ...
    def trusted(self) -> bool: ...


class Names(Protocol):
    """Names of records."""

    def new(self, now_ms: int) -> str: ...


TOLD_MEMBERS = "told_members"
"""Key of `meta`: "1" once the hub has told of a member."""


class StoreOutbox:
    """sync.outbox.Outbox over the till's store.

    `told` is called on the writer, after the transaction, with what the hub changed: programme text kept, leases asked back.
    `describe` turns a programme's text into its row, or None when this till cannot read it.
    """

    def __init__(
        self,
        store: TillStore,
        writer: Writer,
        *,
        clock: Now,
        ids: Names,
        told: Callable[[Changes], None],
        describe: Callable[[str, str], ProgrammeText | None],
    ) -> None:
        self._store = store
        self._writer = writer
        self._clock = clock
        self._ids = ids
        self._told = told
        self._describe = describe

    def read(self, *, records: int, size: int) -> Outgoing:
        """The next batch; runs on the writer, as every call here."""
        return self._writer.call(self._read, records, size)

    def hash_at(self, inc: int, seq: int) -> str | None:
        return self._writer.call(self._hash_at, inc, seq)

    def settle(self, settled: Settled) -> None:
        self._writer.call(self._settle, settled)

    def cursor(self) -> str:
        return self._writer.call(self._cursor)

    def members(self) -> int:
        return self._writer.call(self._members)

    def _members(self) -> int:
        """None while the hub has told of nobody: those enrolled here are no sign that it forgot any."""
        members, told = self._store.members, self._store.meta.get(TOLD_MEMBERS)
        return members.count() if told or members.base else 0

    def apply(self, changes: Changes) -> None:
        self._writer.call(self._apply_alone, changes)

    def _cursor(self) -> str:
        """Of a till whose base was lost there is none: everything is asked for again."""
        if self._store.members.base_lost:
            with self._store.transaction():
                self._store.members.forget_base()
        return self._store.meta.get("cursor")

    def _read(self, records: int, size: int) -> Outgoing:
        store, meta = self._store, self._store.meta
        acked = int(meta.get("acked", "0"))
        waiting = store.journal.after(acked, records, size_bytes=size)
        inc = waiting[0].inc if waiting else store.journal.tail.inc
        rows = [row for row in waiting if row.inc == inc]
        rows = rows[: fitting((len(row.line) for row in rows), records=records, size=size)]
        newest = inc == store.journal.tail.inc
        tail = store.journal.tail.seq if newest else place(store.journal.last_of(inc))[1]
        first = rows[0].seq if rows else tail + 1
        last = rows[-1].seq if rows else tail
        before = store.journal.hash_at(position(inc, first) - 1)
        return Outgoing(
            inc=inc,
            first=first,
            prev=before,
            hash=rows[-1].hash if rows else before,
            lines=tuple(row.line for row in rows),
            tail=tail,
            newest=newest,
            open_leases=store.rights.open_ids(),
            wants=self._wants(inc, last),
            cursor=meta.get("cursor"),
            epoch=int(meta.get("epoch", "0")),
            durable=int(meta.get(f"durable:{inc}", "0")),
            # Asked only where it may make an answer suspect: counting a million takes longer than a sale may.
            members=0 if meta.get("cursor") else store.members.count(),
        )

    def _wants(self, inc: int, last: int) -> tuple[Wanted, ...]:
        found = []
        for row in self._store.rights.pending():
            of, seq = place(row.n)
            if of == inc and seq <= last:
                found.append(Wanted(seq=seq, member=row.member, unit=row.unit, points=row.points))
        return tuple(found)

    def _hash_at(self, inc: int, seq: int) -> str | None:
        if seq == 0:
            return self._store.journal.hash_at(position(inc, 0))
        row = self._store.journal.read(position(inc, seq))
        return row.hash if row else None

    def _settle(self, settled: Settled) -> None:
        store, meta = self._store, self._store.meta
        with store.transaction():
            self._of_epoch(settled.epoch)
            if settled.rewind:
                meta.put("acked", "0")
            else:
                acked = max(int(meta.get("acked", "0")), position(settled.inc, settled.wm))
                meta.put("acked", str(acked))
            meta.put(f"durable:{settled.inc}", str(settled.durable))
            meta.put("epoch", str(settled.epoch))
            meta.put("told_at", str(settled.at))
            meta.put(PUSHED, str(self._clock.now_ms()))
            for verdict in settled.exceptions:
                store.rights.rejected(
                    position(settled.inc, verdict.seq), f"{verdict.verdict}: {verdict.reason}", settled.at
                )
            self._leases(settled)
            if settled.changes is not None:
                self._take(settled.changes, pushed=True)
        if settled.changes is not None:
            self._told(settled.changes)

    def _leases(self, settled: Settled) -> None:
        """A grant is journalled before anything is spent from it; one already here only answers its want."""
        rights = self._store.rights
        asked = self._wished()
        now = self._clock.now_ms()
        if settled.grants:
            self._store.journal.hear(settled.at, now_ms=now)
        for grant in settled.grants:
            if grant.id not in asked:
                # Answered before, or withdrawn while the answer was under way: that record gives it back unspent.
                continue
            if rights.lease(grant.id) is None:
                self._append(GotBody(grant=grant), now)
                rights.keep(Lease(grant=grant), used=now)
            if asked[grant.id].recalled:
                rights.recall([grant.id])
            rights.answered(asked[grant.id].n, "granted")
        for answer in settled.refusals:
            state = "pending" if answer.refused in PROVISIONAL else "refused"
            told = encode(answer).decode()
            rights.answered(position(settled.inc, answer.want), state, answer.refused, told)

    def _wished(self) -> dict[str, WantRow]:
        """Wishes without an answer, by the lease each will get."""
        return {lease_id(self._store.till, *place(row.n)): row for row in self._store.rights.pending()}

    def _append(self, body: GotBody, now: int) -> Stored:
        return self._store.journal.append(body, at=now, id=self._ids.new(now), trusted=self._clock.trusted())

    def _apply_alone(self, changes: Changes) -> None:
        with self._store.transaction():
            self._take(changes)
            if changes.at:
                self._store.meta.put("told_at", str(changes.at))
        self._told(changes)

    def retry_spoilt(self) -> int:
        """Try what was put aside once more, as after an upgrade; returns how many were taken."""
        return self._writer.call(self._retry_spoilt)

    def _retry_spoilt(self) -> int:
        store, taken = self._store, 0
        newest = newest_rev(store.meta.get("cursor"))
        with store.transaction():
            for one in store.spoilt.all():
                try:
                    state = read_state(one.state)
                except (ValueError, RecursionError):
                    continue
                if not fault_of(state, newest=newest):
                    self._put(state)
                    taken += 1
        return taken

    def _put(self, state: MemberState) -> None:
        if self._store.members.put(state):
            # Of a word that came too late, after a fill's newer one, nothing is taken: it may include what that one does not yet.
            self._store.rights.told(state, self._store.till)
        self._store.spoilt.drop(state.member)

    def _of_epoch(self, epoch: int) -> None:
        """A hub that came back from a backup counts revisions from an earlier one: its first word of each member is the newest."""
        meta = self._store.meta
        known = meta.get(MEMBERS_EPOCH)
        if known and epoch > int(known):
            self._store.members.rewind()
        if epoch > int(known or "-1"):
            meta.put(MEMBERS_EPOCH, str(epoch))

    def _recall(self, leases: Sequence[str]) -> None:
        """A poll may bring a recall before the push's answer brings its grant: the cursor moves on, so it is kept with the wish."""
        self._store.rights.recall(leases)
        wished = self._wished()
        for lease in leases:
            if lease in wished:
                self._store.rights.recall_wished(wished[lease].n)

    def _take(self, changes: Changes, *, pushed: bool = False) -> None:
        store = self._store
        if changes.cursor:
            self._of_epoch(epoch_of(changes.cursor))
        for state in changes.members:
            self._put(state)
        if changes.members and not store.meta.get(TOLD_MEMBERS):
            store.meta.put(TOLD_MEMBERS, "1")
        for one in changes.spoilt if isinstance(changes, Told) else ():
            store.spoilt.put(one, at=self._clock.now_ms())
        if changes.programme is not None:
            row = self._describe(changes.programme, changes.programme_signature)
            if row is not None:
                store.programmes.put(row)
        if changes.keys:
            store.meta.put(HUB_LINKS, encode(changes.keys).decode())
        if changes.revokes:
            self._recall(changes.revokes)
        held = store.meta.get("cursor")
        if changes.cursor and not shrank(held, changes.cursor) and (held or not pushed):
            # A push and a poll may have asked from the same place: the one that saw more has it. Where there is no cursor (any more),
            # a push that asked with one must not bring it back.
            store.meta.put("cursor", changes.cursor)
