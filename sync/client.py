"""The till's side of sync: push what is unsent, pull what is new, one step a call; never blocks a sale, never loses a fact.

Deterministic given its outbox, hub, chance and the moments it is called at; the simulation runs it in one thread. Times are
monotonic milliseconds.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec

from sync.calls import Hub, HubFault
from sync.keyring import Keyring
from sync.outbox import Outbox, Outgoing
from sync.retry import Below, Pace
from sync.signing import Verifier
from sync.trust import believed, common, highest, judge, moved_on
from sync.way import Kind, Outcome, Way
from sync.wire import BATCH_BYTES, BATCH_RECORDS, OPEN_LEASES, VERSION, Changes, Head, PushAnswer

__all__ = ["Outcome", "SyncClient"]

MAX_SHRINK = 8
"""200 records halved so often are one."""
SUSPECTS_AFTER = 3
"""A batch that fails the server so often is halved, down to the record that does it."""


class SyncClient:
    """One till against one hub. `below(n)` is chance: an integer from 0 to n - 1."""

    def __init__(self, outbox: Outbox, hub: Hub, *, till: str, hub_key: Verifier | Keyring, below: Below) -> None:
        """`hub_key` is the enrolment's, or how it has changed since."""
        self._outbox = outbox
        self._hub = hub
        self._till = till
        self._keys = hub_key if isinstance(hub_key, Keyring) else Keyring(hub_key.public)
        self._way = Way(below)
        self._ear = Way(below)
        """Of pulls: a long poll runs beside the pushes, on a thread of its own."""
        self._shrink = 0
        self._server_faults = 0
        """How often in a row the server failed on a batch that begins where the last one did."""
        self._alone = (0, 0, 0)
        """Incarnation and seq of the record that last went alone, and how often in a row the server failed on just that one."""
        self._ask = False
        """The hub's epoch rose: ask how far it has our records though there is nothing to send."""

    @property
    def pace(self) -> Pace:
        """How pushes have been."""
        return self._way.pace

    def afresh(self) -> None:
        """A new incarnation began: what stopped the former one is over."""
        self._way.answered()

    def push_once(self, now_ms: int, *, even_empty: bool = False) -> Outcome:
        """Send one batch and obey what of the answer may be obeyed. `even_empty` asks for news when there is nothing to send."""
        if held := self._way.held_back(now_ms, self._hub.health):
            return held
        asked, self._ask = self._ask, False
        out = self._outbox.read(records=max(1, BATCH_RECORDS >> self._shrink), size=BATCH_BYTES >> self._shrink)
        if not (out.lines or out.wants or even_empty or asked):
            return Outcome(kind="idle", inc=out.inc, wm=out.last)
        try:
            answer = self._hub.push(self._head(out), out.lines)
        except HubFault as fault:
            self._ask |= asked
            return self._failed_push(out, fault, now_ms)
        return self._answered(out, answer, now_ms)

    def pull_once(self, now_ms: int, *, wait_s: int = 0) -> Outcome:
        """Fetch one page of changes and apply it; `wait_s` lets the hub hold its answer until there are some."""
        if held := self._ear.held_back(now_ms, self._hub.health):
            return held
        cursor = self._outbox.cursor()
        try:
            found = self._hub.changes(cursor, wait_s=wait_s)
        except HubFault as fault:
            return self._ear.failed(fault, now_ms)
        members = 0 if cursor else self._outbox.members()
        keys = self._keys.follow(found.keys)
        changes, doubts = believed(found, cursor=cursor, members=members, hub=keys.current)
        if changes is not None:
            changes = self._with_keys(changes, keys)
            self._ask |= moved_on(cursor, changes.cursor)
            self._outbox.apply(changes)
        if doubts:
            return self._ear.stopped("suspect", doubts[0], now_ms, doubts=doubts)
        self._ear.answered()
        self._way.line_is_back()
        return Outcome(kind="pulled", more=found.more, news=found.cursor != cursor, fill=found.fill)

    def _head(self, out: Outgoing) -> Head:
        return Head(
            v=VERSION,
            till=self._till,
            inc=out.inc,
            first=out.first,
            last=out.last,
            prev=out.prev,
            hash=out.hash,
            # A longer list is refused as no head at all, and nothing would ever be sent again.
            open_leases=out.open_leases[:OPEN_LEASES],
            # With more to send, members change by the next batch already: the news are asked for with the last one.
            cursor=out.cursor if out.last == out.tail and out.newest else "",
            pending_wants=tuple(want.seq for want in out.wants),
            epoch=out.epoch,
            end=out.newest and out.last == out.tail,
            failed=self._failed_alone(out),
        )

    def _failed_alone(self, out: Outgoing) -> int:
        """A record answers for its own failures only: those of the batch it was in may be its neighbour's."""
        inc, seq, failed = self._alone
        return failed if len(out.lines) == 1 and (inc, seq) == (out.inc, out.first) else 0

    def _answered(self, out: Outgoing, answer: PushAnswer, now_ms: int) -> Outcome:
        def hash_at(seq: int) -> str | None:
            return self._outbox.hash_at(out.inc, seq)

        keys = self._keys.follow(answer.changes.keys if answer.changes else ())
        judged = judge(out, answer, hash_at, till=self._till, hub=keys.current)
        settled = judged.settled
        if settled is None:
            kind: Kind = "fork" if judged.refused in ("fork", "rolled-back") else "suspect"
            stopped = self._way.stopped(kind, judged.refused, now_ms, inc=out.inc, wm=answer.wm)
            return replace(stopped, common=common(out, answer, hash_at), highest=highest(out, answer))
        if settled.changes is not None:
            settled = msgspec.structs.replace(settled, changes=self._with_keys(settled.changes, keys))
        self._outbox.settle(settled)
        if out.lines and settled.wm < out.first and not settled.rewind:
            # It took nothing and said of nothing why: as good as no answer.
            return self._way.failed(HubFault("server", status=200, cause="no-progress"), now_ms)
        self._way.answered()
        self._ear.line_is_back()
        self._shrink = max(0, self._shrink - 1)
        self._server_faults = 0
        return Outcome(
            kind="sent",
            inc=out.inc,
            wm=settled.wm,
            sent=0 if settled.rewind else max(0, settled.wm - out.first + 1),
            more=settled.rewind or settled.wm < out.tail or not out.newest,
            doubts=judged.doubts,
            rewound=settled.rewind,
            highest=highest(out, answer) if out.newest else 0,
        )

    def _with_keys(self, changes: Changes, keys: Keyring) -> Changes:
        """Of a page that is believed, the links that hold are kept with it; of any other none."""
        if not changes.cursor or keys is self._keys:
            return msgspec.structs.replace(changes, keys=())
        self._keys = keys
        return msgspec.structs.replace(changes, keys=keys.links)

    def _failed_push(self, out: Outgoing, fault: HubFault, now_ms: int) -> Outcome:
        """Back off, and make the batch smaller where its size or content may be the reason."""
        single = len(out.lines) <= 1
        self._server_faults = self._server_faults + 1 if fault.code == "server" else 0
        self._alone = (out.inc, out.first, self._failed_alone(out) + 1 if single and fault.code == "server" else 0)
        poisoned = self._server_faults >= SUSPECTS_AFTER
        if fault.code == "too-large" or fault.cause == "timeout" or poisoned:
            self._shrink = min(MAX_SHRINK, self._shrink + 1)
            while not single and self._shrink < MAX_SHRINK and BATCH_RECORDS >> self._shrink >= len(out.lines):
                self._shrink += 1
        if poisoned and not single:
            # The server is there and chokes on something in here: find it soon, without the long waits of a dead line.
            self._way.answered()
        if fault.code == "too-large" and not single:
            return Outcome(kind="away", code="too-large", status=fault.status, inc=out.inc, more=True)
        return self._way.failed(fault, now_ms)
