"""A till's outbox in memory and a hub that knows no loyalty: just chains, marks, epochs and grants. For tests of sync's till side."""

from __future__ import annotations

from agent.loyalty.leases import Backing, Grant, lease_id
from sync import chain
from sync.calls import HubFault
from sync.outbox import Outgoing, Settled, Wanted, fitting
from sync.signing import Signer, sign_grant
from sync.wire import GENESIS, Changes, LeaseAnswer, PushAnswer

HUB_KEY = Signer(b"h" * 32)
TILL = "T1"


class MemoryOutbox:
    """A journal in lists; rows are (inc, seq, line, hash)."""

    def __init__(self):
        self.rows = []
        self.inc, self.seq, self.hash = 1, 0, GENESIS
        self.acked = (1, 0)
        self.durable, self.epoch, self.saved_cursor = {}, 0, ""
        self.wants: list[tuple[int, Wanted]] = []
        self.grants, self.refused, self.exceptions, self.applied, self.settlings = [], [], [], [], []
        self.known_members = 0

    def append(self, line: bytes) -> int:
        self.seq += 1
        self.hash = chain.link(self.hash, line, seq=self.seq, inc=self.inc)
        self.rows.append((self.inc, self.seq, line, self.hash))
        return self.seq

    def want(self, points=10, member="m"):
        seq = self.append(b'{"want":%d}' % points)
        self.wants.append((self.inc, Wanted(seq, member, "points:main", points)))
        return seq

    def begin(self):
        """A new incarnation; the chain runs on."""
        self.inc, self.seq = self.inc + 1, 0
        return self.append(b'{"boot":%d}' % self.inc)

    def prune(self, inc, seq):
        self.rows = [row for row in self.rows if row[:2] > (inc, seq)]

    def read(self, *, records, size):
        unsent = [row for row in self.rows if row[:2] > self.acked]
        inc = unsent[0][0] if unsent else self.inc
        mine = [row for row in unsent if row[0] == inc]
        mine = mine[: fitting([len(row[2]) for row in mine], records=records, size=size)]
        tail = max((row[1] for row in self.rows if row[0] == inc), default=self.acked[1] if self.acked[0] == inc else 0)
        first = mine[0][1] if mine else tail + 1
        prev = self._before(inc, first)
        last = first - 1 + len(mine)
        return Outgoing(
            inc=inc, first=first, prev=prev, hash=mine[-1][3] if mine else prev, lines=tuple(row[2] for row in mine),
            tail=tail, newest=inc == self.inc, cursor=self.saved_cursor, epoch=self.epoch,
            durable=self.durable.get(inc, 0), members=self.known_members,
            wants=tuple(want for of, want in self.wants if of == inc and want.seq <= last),
        )  # fmt: skip

    def _before(self, inc, first):
        earlier = [row for row in self.rows if row[:2] < (inc, first)]
        return earlier[-1][3] if earlier else GENESIS

    def hash_at(self, inc, seq):
        return next((row[3] for row in self.rows if row[:2] == (inc, seq)), None)

    def settle(self, settled: Settled):
        self.settlings.append(settled)
        self.acked = (0, 0) if settled.rewind else (settled.inc, settled.wm)
        if settled.rewind and self.rows:
            self.acked = (self.rows[0][0], self.rows[0][1] - 1)
        self.durable[settled.inc] = settled.durable
        self.epoch = settled.epoch
        self.exceptions += settled.exceptions
        answered = {one.want for one in settled.refusals}
        for grant in settled.grants:
            answered |= {want.seq for of, want in self.wants if lease_id(TILL, of, want.seq) == grant.id}
            if grant not in self.grants:
                self.grants.append(grant)
        self.refused += settled.refusals
        self.wants = [(of, want) for of, want in self.wants if of != settled.inc or want.seq not in answered]
        if settled.changes:
            self.apply(settled.changes)

    def cursor(self):
        return self.saved_cursor

    def members(self):
        return self.known_members

    def apply(self, changes: Changes):
        self.applied.append(changes)
        self.known_members += len(changes.members)
        if changes.cursor:
            self.saved_cursor = changes.cursor


class SmallHub:
    """Applies prefixes of chains and remembers them. `faults` are raised, one a push, before (or after) the push counts."""

    def __init__(self):
        self.chains: dict[int, list[tuple[bytes, str]]] = {}
        self.epoch, self.durable, self.at = 1, 0, 1_795_000_000_000
        self.faults: list[tuple[str, HubFault]] = []
        self.heads, self.probes, self.down = [], 0, None
        self.grantable = 100
        self.given: dict[str, Grant] = {}
        self.next_changes: Changes | None = None
        self.change = lambda answer: answer

    def health(self):
        self.probes += 1
        if self.down:
            raise self.down

    def push(self, head, lines):
        self.heads.append(head)
        if self.down:
            raise self.down
        when, fault = self.faults.pop(0) if self.faults else ("", None)
        if when == "before":
            raise fault
        answer = self.change(self._push(head, lines))
        if when == "after":
            raise fault
        return answer

    def _push(self, head, lines):
        held = self.chains.setdefault(head.inc, [])
        fork = False
        if head.first - 1 <= len(held):
            prev, found = head.prev, []
            for seq, line in enumerate(lines, head.first):
                prev = chain.link(prev, line, seq=seq, inc=head.inc)
                found.append((line, prev))
            assert prev == head.hash
            overlap = min(len(held), head.last) - head.first + 1
            fork = any(held[head.first - 1 + n] != found[n] for n in range(max(0, overlap)))
            if head.first > 1 and held[head.first - 2][1] != head.prev:
                fork = True
            if not fork:
                held.extend(found[max(0, overlap) :])
        return self._answer(head, held, fork)

    def _answer(self, head, held, fork):
        wants = () if fork else head.pending_wants
        leases = [self._grant(head, want) for want in wants if want <= len(held)]
        return PushAnswer(
            wm=len(held), durable=min(self.durable, len(held)), hash=held[-1][1] if held else GENESIS, epoch=self.epoch,
            at=self.at, fork=fork, leases=tuple(leases), changes=self.next_changes,
        )  # fmt: skip

    def _grant(self, head, want):
        id_ = lease_id(head.till, head.inc, want)
        if id_ not in self.given:
            if not self.grantable:
                return LeaseAnswer(want, refused="nothing")
            points = min(10, self.grantable)
            self.grantable -= points
            backing = (Backing(lot="l", points=points, born=0),)
            self.given[id_] = sign_grant(
                HUB_KEY, Grant(id=id_, till=head.till, member="m", unit="points:main", granted=points, backing=backing)
            )
        return LeaseAnswer(want, grant=self.given[id_])

    def changes(self, cursor, *, wait_s=0):
        self.heads.append((cursor, wait_s))
        if self.down:
            raise self.down
        return self.next_changes
