"""The oracle: plain arithmetic over the records that tills committed, in the order in which it really happened.

It reads journals only. Nothing here is taken from the hub's books or asked of the product's own algebra.
"""

from __future__ import annotations

import copy
import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from simulation.violation import need

from sync.wire import (
    CloseBody,
    EnrolBody,
    GotBody,
    NoticeBody,
    Record,
    ReturnBody,
    SaleBody,
    VoidBody,
    WantBody,
)

ZONE = timedelta(hours=3)
GENESIS = "0" * 64
DOUBTED = ""
"""The last day of a lot that nobody but the hub knows: sorts before all days."""
ELSEWHERE = "S9"
"""A store no till of the shop belongs to; its sales are planted."""


@dataclass
class Right:
    """A lease as its till's journal tells of it."""

    member: str
    unit: str
    inc: int
    granted: dict[str, int]
    spent: Counter[str] = field(default_factory=Counter)
    closed: bool = False

    def left(self) -> Counter[str]:
        """What may still be spent of it, by lot."""
        return Counter({lot: n - self.spent[lot] for lot, n in self.granted.items()})


@dataclass
class Chain:
    """One disk's journal so far: where its chain ends and which rights it gives."""

    till: str = ""
    inc: int = 0
    seq: int = 0
    hash: str = GENESIS
    rights: dict[str, Right] = field(default_factory=dict)
    wants: dict[str, WantBody] = field(default_factory=dict)
    keys: set[tuple[int, int, str]] = field(default_factory=set)
    """What it holds: (incarnation, number, hash); two machines under one key may have two stories of one number."""

    def copy(self) -> Chain:
        return copy.deepcopy(self)


@dataclass
class Fact:
    """One operation of the POS and every record any till made of it; the hub counts one of them."""

    kind: str
    records: list[Record] = field(default_factory=list)


class Shadow:
    """What all tills together did."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, int, int, str], bytes] = {}
        self.read: dict[tuple[str, int, int, str], Record] = {}
        """The same, as they were read when they were met first."""
        self.facts: dict[tuple[str, str, str], Fact] = {}
        self.lots: dict[str, tuple[str, int, str | None]] = {}
        """Lot -> (member, points, last day)."""
        self.grants: dict[str, dict[str, int]] = {}
        self.void: dict[str, Counter[str]] = {}
        """Leases that neither a disk nor the hub knows any more, with what was under them."""
        self.rights: dict[str, Right] = {}
        """Every lease that was ever journalled, as the last disk that had it tells."""
        self.forgotten: dict[tuple[str, int, int, str], bytes] = {}
        """Records that lay on a lost disk only. The hub may have them after all: by late mail, or in a later copy of its own."""
        self.under_rights: Counter[str] = Counter()
        """Lot -> points that are under an open lease or spent and not given back."""
        self.credit: Counter[str] = Counter()
        """Lot -> points that may be under two rights: what a forced release, a clone or a disk set back can cost."""
        self.allowed: Counter[str] = Counter()
        """Member -> the same in all."""
        self.lost_by_tills: Counter[str] = Counter()
        """Member -> what final sales charged beyond every right, as the records say."""
        self.alias: dict[str, str] = {}
        self.closed: set[str] = set()
        self.unheard: set[str] = set()
        """Leases a person released before their till had journalled them; an answer that comes late may bring one all the same."""
        self.wished_twice: set[str] = set()
        """Wishes that waited when their disk was copied or its image made: both hands ask, and both get the one lease."""
        self.doubtful: set[str] = set()
        """Leases two disks had open at one time."""
        self.twofold: set[str] = set()
        """Tills whose disk was set back or copied: records of theirs lie on no disk, or were told again under another place."""
        self.hub_forgot = False
        self.named: dict[str, tuple[int, int]] = {}
        """A record's name -> where it was first told; a fork's tail is told again under another place."""
        self.poison: set[tuple[str, int, int]] = set()

    def take(self, chain: Chain, record: Record, line: bytes, hash_: str) -> None:
        """The next record of a disk."""
        self._linked(chain, record, line, hash_)
        key = (record.till, record.inc, record.seq, hash_)
        fresh = key not in self.records
        self.records[key] = line
        record = self.read.setdefault(key, record)
        if _planted(record):
            self.poison.add((record.till, record.inc, record.seq))
            return
        body: Any = record.body
        first = self.named.setdefault(record.id, (record.inc, record.seq))
        if first[0] < record.inc:
            if fresh:
                self._again(record)
            return
        if isinstance(body, WantBody):
            chain.wants[_lease_id(record)] = body
        elif isinstance(body, GotBody):
            self._got(chain, record, body)
        elif isinstance(body, CloseBody):
            self._close(chain, body)
        elif isinstance(body, SaleBody):
            self._sale(chain, record, body, fresh=fresh)
        elif isinstance(body, ReturnBody | VoidBody) and fresh:
            self._back(record, body)
        elif isinstance(body, EnrolBody):
            pass

    def _again(self, record: Record) -> None:
        """A fact told again under a later incarnation: another record of the same fact."""
        body = record.body
        if isinstance(body, SaleBody):
            self._fact("sale", body.store, body.sale.id or "", record)
        elif isinstance(body, ReturnBody):
            self._fact("return", body.store, body.id, record)
        elif isinstance(body, VoidBody):
            self._fact("void", body.store, body.of, record)

    def _linked(self, chain: Chain, record: Record, line: bytes, hash_: str) -> None:
        after = (chain.inc, chain.seq + 1)
        begins = record.inc > chain.inc and record.seq == 1
        need(
            begins or (record.inc, record.seq) == after,
            "a journal has no gap",
            f"{record.inc}/{record.seq} is not {after}",
        )
        told = hashlib.sha256(
            bytes.fromhex(chain.hash) + line + record.seq.to_bytes(8, "big") + record.inc.to_bytes(4, "big")
        )
        need(told.hexdigest() == hash_, "a journal's chain holds", f"{record.till} {record.inc}/{record.seq}")
        chain.till, chain.inc, chain.seq, chain.hash = record.till, record.inc, record.seq, hash_
        chain.keys.add((record.inc, record.seq, hash_))

    def _got(self, chain: Chain, record: Record, body: GotBody) -> None:
        grant = body.grant
        backing = {part.lot: part.points for part in grant.backing}
        want = chain.wants.get(grant.id)
        need(want is not None, "I4: a lease is named after a journalled wish", grant.id)
        assert want is not None
        need(grant.granted <= want.points, "I4: a grant is no larger than its wish", f"{grant.granted} > {want.points}")
        need(grant.id not in chain.rights, "I4: one wish gives one lease", grant.id)
        need(sum(backing.values()) == grant.granted, "I2: a grant is backed in full", grant)
        other = self.grants.get(grant.id, {})
        former = self.grants.setdefault(grant.id, backing)
        # A disk that was set back before a hub that was, too: neither knows the former grant, and it can be spent nowhere.
        if self.hub_forgot and record.till in self.twofold:
            former = self.grants[grant.id] = backing
        need(former == backing, "I4: a repeated grant is the same grant", f"{grant.id}: {former} and {backing}")
        chain.rights[grant.id] = self.rights[grant.id] = Right(grant.member, grant.unit, record.inc, backing)
        if other and grant.id in self.wished_twice:
            # A hub that forgot the first may have backed the second otherwise.
            self._risk(grant.member, Counter(other) | Counter(backing))
        self.under_rights.update(backing)
        if grant.id in self.unheard:
            self.unheard.discard(grant.id)
            self.credit.update(backing)
        self._no_double(backing, f"lease {grant.id[:8]} of {record.till}")

    def _sale(self, chain: Chain, record: Record, body: SaleBody, *, fresh: bool) -> None:
        for spend in body.spends:
            right = chain.rights.get(spend.lease)
            need(right is not None, "nothing is spent without a lease", f"{record.till} {record.seq}: {spend}")
            assert right is not None
            need(not right.closed, "a closed lease pays nothing", f"{record.till} {record.seq}: {spend}")
            need(
                right.inc == record.inc,
                "a new incarnation spends none of the former's rights",
                f"{record.till}: {spend}",
            )
            need(right.member == body.member, "a lease pays for its own member", spend)
            for part in spend.parts:
                right.spent[part.lot] += part.points
                held = right.granted.get(part.lot, 0)
                need(
                    0 <= right.spent[part.lot] <= held,
                    "I2: 0 <= spent <= granted",
                    f"{record.till} {record.seq}: {part} of {held}",
                )
                last = self.lots[part.lot][2]
                day = day_of(record.at)
                need(
                    record.clock != "trusted" or last in (None, DOUBTED) or day <= last,
                    "a part of a lease is not spent after its day", f"{record.till} on {day}: {part} ended {last}",
                )  # fmt: skip
        if fresh:
            self._sold(record, body)

    def _sold(self, record: Record, body: SaleBody) -> None:
        fact = self._fact("sale", body.store, body.sale.id or "", record)
        for lot in body.lots:
            # What was earned under a clock in doubt is dated by the hub, by when it heard of it: any day may be its last.
            last = lot.expires_on if record.clock == "trusted" or lot.expires_on is None else DOUBTED
            self.lots[lot.id] = (body.member or "", lot.points, last)
        if len(fact.records) > 1:
            # Two tills have it: the hub counts one and hands back what the other spent.
            for part in (part for spend in body.spends for part in spend.parts):
                self.credit[part.lot] += part.points
            for part in (part for spend in fact.records[0].body.spends for part in spend.parts):  # type: ignore[union-attr]
                self.credit[part.lot] += part.points

    def _back(self, record: Record, body: ReturnBody | VoidBody) -> None:
        kind = "void" if isinstance(body, VoidBody) else "return"
        fact = self._fact(kind, body.store, body.of if kind == "void" else body.id, record)
        if len(fact.records) == 1:
            for part in (part for parts in body.restored.values() for part in parts):
                self.under_rights[part.lot] -= part.points

    def _fact(self, kind: str, store: str, name: str, record: Record) -> Fact:
        fact = self.facts.setdefault((kind, store, name), Fact(kind))
        fact.records.append(record)
        return fact

    def _close(self, chain: Chain, body: CloseBody) -> None:
        right = chain.rights.get(body.lease)
        need(right is not None and not right.closed, "only an open lease is closed", body)
        assert right is not None
        left = right.left()
        need(body.spent == right.spent.total(), "a close says what was spent", f"{body}: {right.spent}")
        need(body.left == left.total(), "a close gives back what is left", f"{body}: {left}")
        right.closed = True
        if body.lease in self.closed:
            return
        self.closed.add(body.lease)
        self.under_rights.subtract({lot: n for lot, n in left.items() if n})

    def _no_double(self, lots: dict[str, int], why: str) -> None:
        for lot in lots:
            need(lot in self.lots, "nobody is granted what nobody earned", f"{why}: {lot}")
            room = self.lots[lot][1] + self.credit[lot]
            need(
                self.under_rights[lot] <= room,
                "I5: no point is under two rights",
                f"{why}: {self.under_rights[lot]} of lot {lot} with {self.lots[lot][1]} points",
            )

    def risk(self, member: str, lease: str, points: int) -> None:
        """Two hands may spend this lease from now on: as much as it holds may be lost, and no more."""
        if lease in self.grants:
            self.credit.update(self.grants[lease])
        else:
            self.unheard.add(lease)
        self.allowed[member] += points

    def risk_all(self, chain: Chain) -> None:
        """Every open lease of a disk may be spent by two hands, and what it waits for too."""
        for lease, right in chain.rights.items():
            if not right.closed and right.inc == chain.inc:
                self._risk(right.member, {lot: n for lot, n in right.left().items() if n > 0})
                self.doubtful.add(lease)
        self.wished_twice |= set(chain.wants) - set(chain.rights)

    def risk_unheard(self, chain: Chain, booked: Mapping[str, tuple[int, bool]], lots: Collection[str]) -> None:
        """A hub came back from a backup and may not hear this disk before it grants again.

        `booked`: lease -> (spent, open) there; `lots` it knows. A lot nobody brought in time is lent and owed, and born once more when it comes.
        """
        for inc, seq, hash_ in chain.keys:
            body = self.read[chain.till, inc, seq, hash_].body
            for lot in body.lots if isinstance(body, SaleBody) else ():
                if lot.id not in lots:
                    self.credit[lot.id] += lot.points
        for lease, right in chain.rights.items():
            spent, open_ = booked.get(lease, (0, False))
            if not open_ and right.spent.total() + (not right.closed) > spent:
                self._risk(right.member, right.spent if right.closed else right.granted)

    def _risk(self, member: str, lots: Mapping[str, int]) -> None:
        self.credit.update(lots)
        self.allowed[member] += sum(lots.values())

    def forget(self, till: str, *, kept: Collection[tuple[str, int, int, str]]) -> None:
        """A disk is gone with what was never sent; nobody can know it any more. `kept`: what the hub or another disk has."""
        lost = {key for key in self.records if key[0] == till and key not in kept}
        gone = {id(self.read[key]) for key in lost}
        for name, fact in list(self.facts.items()):
            fact.records = [one for one in fact.records if id(one) not in gone]
            if not fact.records:
                del self.facts[name]
        self.forgotten.update({key: self.records.pop(key) for key in lost})
        self.poison = {key[:3] for key in self.records if _planted(self.read[key])}

    def recall(self, keys: Iterable[tuple[str, int, int, str]]) -> None:
        """The hub has these: what was forgotten of them is known again."""
        for key in keys:
            if key not in self.forgotten:
                continue
            self.records[key], record = self.forgotten.pop(key), self.read[key]
            if _planted(record):
                self.poison.add(key[:3])
            else:
                self._again(record)

    def give_up(self, known: Collection[str]) -> None:
        """A lease that neither the hub nor any disk knows any more is nobody's, nor is what was spent of it."""
        for lease, right in self.rights.items():
            if lease not in known and lease not in self.void:
                under = right.spent if lease in self.closed else Counter(right.granted)
                self.void[lease] = under.copy()
                self.under_rights.subtract(under)

    def find(self, leases: Iterable[str]) -> None:
        """The hub knows these; it may have forgotten them before."""
        for lease in leases:
            if lease in self.void:
                self.under_rights.update(self.void.pop(lease))

    def merged(self, pairs: Iterable[tuple[Any, ...]]) -> None:
        """Merges as the hub knows them, in the order of people."""
        for member, target in pairs:
            source, heir = self.root(member), self.root(target)
            if source != heir:
                self.alias[source] = heir

    def root(self, member: str) -> str:
        """Whom a member was merged into."""
        while member in self.alias:
            member = self.alias[member]
        return member


def day_of(at_ms: int) -> str:
    """The day in the shop's zone."""
    return (datetime.fromtimestamp(at_ms // 1000, UTC) + ZONE).date().isoformat()


def _planted(record: Record) -> bool:
    """Whether a record is one of those that no hub can apply (see faults.py)."""
    body = record.body
    if isinstance(body, NoticeBody):
        return record.v != 1 or body.what == "choke"
    return isinstance(body, SaleBody) and body.store == ELSEWHERE


def _lease_id(record: Record) -> str:
    return hashlib.sha256(f"kopilka-lease-1\n{record.till}\n{record.inc}\n{record.seq}".encode()).hexdigest()


def totals(counted: dict[tuple[str, str, str], Record], shadow: Shadow) -> dict[str, Counter[str]]:
    """What the facts, one record each, moved for every member: earned, spent, lost, restored, taken."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    told: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for record in counted.values():
        if isinstance(record.body, SaleBody):
            told[record.body.store, record.body.sale.id or ""].update(record.body.loss)
    for record in counted.values():
        body: Any = record.body
        # Charged with no card: the shop's own.
        sums = found[shadow.root(body.member or "")]
        if isinstance(body, SaleBody):
            sums["earned"] += sum(lot.points for lot in body.lots)
            sums["spent"] += sum(part.points for spend in body.spends for part in spend.parts)
            sums["lost"] += sum(body.loss.values())
        else:
            sums["restored"] += sum(part.points for parts in body.restored.values() for part in parts)
            sums["taken"] += sum(body.taken_back.values())
            # Only what the counted record told can be made good: the return's own till may have been the one that was counted out.
            back = Counter(body.loss_back) & told[body.store, body.of]
            told[body.store, body.of] -= back
            sums["lost"] -= back.total()
    return found
