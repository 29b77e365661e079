"""A batch applied to books in memory: each record wholly or not at all. Pure; the hub loads before and writes after.

What cannot be applied is parked verbatim and the mark advances: a pushed fact is never refused, the customer has left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from agent.loyalty.leases import lease_id
from sync.hub import late, ledger, moving, sound
from sync.hub.arrivals import Arrived, Known, Parked, sale_key
from sync.hub.book import SHOP, Book
from sync.hub.ground import Ground, Unapplicable, need_id, need_moment
from sync.hub.postings import Mover, total
from sync.wire import (
    KINDS,
    VERSION,
    BootBody,
    CloseBody,
    EnrolBody,
    GotBody,
    MoveInBody,
    MoveOutBody,
    NoticeBody,
    Record,
    ReturnBody,
    SaleBody,
    Verdict,
    VoidBody,
    WantBody,
    decode,
)

_MAX_HLC = 2**63 - 1


class _Said(msgspec.Struct):
    kind: str


class _Outline(msgspec.Struct):
    """As much as a record of any release says."""

    v: int
    body: _Said


_outline = msgspec.json.Decoder(_Outline)

STEPS: dict[type, Callable[[Book, Record, Any, Ground], None]] = {
    SaleBody: ledger.apply_sale,
    ReturnBody: ledger.apply_return,
    VoidBody: ledger.apply_return,
    MoveOutBody: ledger.apply_move,
    MoveInBody: ledger.apply_move,
    EnrolBody: ledger.apply_enrol,
    WantBody: ledger.apply_want,
    GotBody: ledger.apply_got,
    CloseBody: ledger.apply_close,
}
"""Kinds that speak of a member. A boot and a notice say nothing the book knows."""


DERIVED = (*ledger.FACTS, GotBody, CloseBody)
"""Kinds that a member's lots and debt are worked out from."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A record with its meaning; `fault` says why it has none."""

    inc: int
    arrived: Arrived
    record: Record | None
    fault: str = ""


@dataclass(slots=True)
class References:
    """What a batch speaks of, so that the store can load it in one go."""

    members: set[str] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)
    leases: set[str] = field(default_factory=set)
    sales: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    """Sales of which something is given back."""


class Applied(NamedTuple):
    """A record that changed a member's book. `twice`: it was a duplicate; `floats`: it took points from wherever they were."""

    record: Record
    twice: bool
    floats: bool


@dataclass(slots=True)
class Outcome:
    """What became of a batch: exceptions for the till, rows for quarantine, sales to remember, wants to answer."""

    verdicts: list[Verdict] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    sales: dict[str, Known] = field(default_factory=dict)
    named: dict[str, Known] = field(default_factory=dict)
    """Sales the hub had with no card, and has now from the record that names a member."""
    wants: list[Record] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)
    hlc: int = 0


def read(arrived: Iterable[Arrived], till: str, inc: int) -> list[Readable]:
    """Decode a batch; a record that is no record, or not this till's, gets its fault and nothing else."""
    return [_read(one, till, inc) for one in arrived]


def _read(one: Arrived, till: str, inc: int) -> Readable:
    try:
        record = decode(one.line)
        if (record.till, record.inc, record.seq) != (till, inc, one.seq):
            raise Unapplicable("other-key")
        if not 1 <= record.v <= VERSION:
            raise Unapplicable("unknown-version")
        if not 0 <= record.hlc <= _MAX_HLC:
            raise Unapplicable("bad-time")
        need_moment(record.at)
        need_id(*(member for member in [member_of(record)] if member is not None))
        sound.check(record.body)
    except Unapplicable as fault:
        return Readable(inc, one, None, fault.reason)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Readable(inc, one, None, _unreadable(one.line))
    return Readable(inc, one, record)


def _unreadable(line: bytes) -> str:
    """Why a line is no record to us: a later release's, which a later release of ours applies, or nobody's."""
    try:
        found = _outline.decode(line)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return "undecodable"
    if found.v > VERSION:
        return "unknown-version"
    return "undecodable" if found.body.kind in KINDS else "unknown-kind"


def member_of(record: Record) -> str | None:
    """The one member a record speaks of."""
    body = record.body
    if isinstance(body, BootBody | NoticeBody):
        return None
    return body.grant.member if isinstance(body, GotBody) else body.member


def _book_of(record: Record) -> str | None:
    """Whose book a record changes: its member's, or the shop's where points were charged with no card."""
    member, body = member_of(record), record.body
    if member is None:
        told = body.loss if isinstance(body, SaleBody) else isinstance(body, ReturnBody | VoidBody) and body.loss_back
        return SHOP if told else None
    return member


def references(batch: Iterable[Readable]) -> References:
    """Everything the records of a batch name."""
    found = References()
    for record in (one.record for one in batch if one.record):
        name = _book_of(record)
        if name is not None:
            found.members.add(name)
        _name(found, record)
        if key := net_key(record):
            found.sales.add(key[0])
    return found


def _name(found: References, record: Record) -> None:
    """The lots, leases and other halves one record speaks of."""
    body = record.body
    if isinstance(body, SaleBody) and (body.spends or body.loss):
        # Another till may have told it with no card.
        found.members.add(SHOP)
        found.returned.add(late.loss_key(body))
    if isinstance(body, SaleBody | MoveOutBody):
        found.leases.update(spend.lease for spend in body.spends)
        found.lots.update(part.lot for spend in body.spends for part in spend.parts)
    if isinstance(body, SaleBody | MoveInBody):
        found.lots.update(lot.id for lot in body.lots)
    if isinstance(body, MoveInBody):
        found.sales.add(moving.other_key(body))
    elif isinstance(body, ReturnBody | VoidBody):
        found.returned.add(sale_key("sale", body.store, body.of))
        if body.loss_back:
            found.returned.add(late.loss_key(body))
        found.lots.update(body.own_lots)
        found.lots.update(part.lot for parts in body.restored.values() for part in parts)
    elif isinstance(body, CloseBody):
        found.leases.add(body.lease)
    elif isinstance(body, GotBody):
        found.leases.add(body.grant.id)
        found.lots.update(part.lot for part in body.grant.backing)
    elif isinstance(body, WantBody):
        found.leases.add(lease_id(record.till, record.inc, record.seq))


def net_key(record: Record) -> tuple[str, str] | None:
    """Where the net finds this sale, return, void or move, and its content; a sale is voided once, so a void's key is the sale's."""
    body = record.body
    if isinstance(body, MoveOutBody | MoveInBody):
        return moving.net_key(body)
    if isinstance(body, SaleBody):
        return sale_key("sale", body.store, body.sale.id or ""), body.content
    if isinstance(body, ReturnBody):
        return sale_key("return", body.store, body.id), body.content
    if isinstance(body, VoidBody):
        return sale_key("void", body.store, body.of), ""
    return None


def apply(batch: Sequence[Readable], books: dict[str, Book], known: dict[str, Known], ground: Ground) -> Outcome:
    """Apply records in order to `books`; `known` are sales the hub already has. Both are changed in place."""
    outcome = Outcome()
    for one in batch:
        seq, record = one.arrived.seq, one.record
        try:
            if record is None:
                raise Unapplicable(one.fault)
            outcome.hlc = max(outcome.hlc, record.hlc)
            twice = _apply_one(record, books, known, ground)
            if isinstance(record.body, DERIVED):
                outcome.applied.append(Applied(record, twice, _floated(books, record)))
            if twice:
                outcome.verdicts.append(Verdict(seq, "duplicate"))
            elif key := net_key(record):
                place = outcome.named if key[0] in known else outcome.sales
                known[key[0]] = place[key[0]] = Known(key[1], record.till, record.inc, record.seq)
            if isinstance(record.body, WantBody):
                outcome.wants.append(record)
        except Unapplicable as refusal:
            outcome.verdicts.append(Verdict(seq, "quarantined", refusal.reason))
            outcome.parked.append(Parked(ground.till, one.inc, seq, refusal.reason, one.arrived.line))
    return outcome


def _floated(books: dict[str, Book], record: Record) -> bool:
    """Whether a record took points from wherever they were; asked once, right after it was applied."""
    book = books.get(member_of(record) or "")
    if book is None:
        return False
    floated = book.floated or (book.heir is not None and book.heir.floated)
    book.floated = False
    if book.heir is not None:
        book.heir.floated = False
    return floated


def _apply_one(record: Record, books: dict[str, Book], known: dict[str, Known], ground: Ground) -> bool:
    """True for a duplicate. Raises Unapplicable with the book as it was."""
    key, body = net_key(record), record.body
    if isinstance(body, ledger.Fact):
        ledger.check(body, ground, known)
    found = known.get(key[0]) if key else None
    if key and found and found.content != key[1]:
        raise Unapplicable("other-content")
    charged = _charged_to_the_shop(record, books) if found else {}
    name, repeated = _book_of(record), found is not None and not charged
    if name is not None:
        _on_book(books, name, record, ground, repeated=repeated)
    if charged and isinstance(body, SaleBody):
        shop = Mover(books[SHOP], record.till, record.inc, record.seq, ground.day)
        late.make_good(shop, late.loss_key(body), charged)
    return repeated


def _charged_to_the_shop(record: Record, books: dict[str, Book]) -> dict[str, int]:
    """What the shop bears of this very sale because another till told it with no card: this one knows whose points they were. Nothing where
    some of it was returned: there the first word stands.
    """
    body = record.body
    if not isinstance(body, SaleBody) or body.member is None or SHOP not in books:
        return {}
    paid = Counter(body.loss)
    for spend in body.spends:
        paid[spend.unit] += total(spend.parts)
    borne = late.noted(books[SHOP], late.loss_key(body))
    return borne if borne == paid else {}


def _on_book(books: dict[str, Book], member: str, record: Record, ground: Ground, *, repeated: bool) -> None:
    step = STEPS.get(type(record.body))
    if repeated:
        step = ledger.apply_duplicate
    if step is None:
        return
    book = books[member]
    before = [(one, one.copy()) for one in book.family()]
    try:
        step(book, record, record.body, ground)
    except Unapplicable:
        for one, was in before:
            one.become(was)
        raise
