"""The wire, v1: record bodies and envelopes, canonical bytes, push and pull messages (joining: `sync.joining`). A codec: no socket, no SQL.

A journal record travels as the very bytes the till stored. `docs/protocol.md` gives the shapes; unknown optional fields of a
later version are kept because the bytes are.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from agent.loyalty.decision import Decision
from agent.loyalty.leases import Grant, Spend, Style
from agent.loyalty.ledger import Posting
from agent.loyalty.lots import Lot, Part
from agent.loyalty.member import Member
from agent.loyalty.returned import ReturnedLine
from agent.loyalty.sale import Sale
from sync.lenient import pruned

VERSION = 1
BATCH_RECORDS = 200
BATCH_BYTES = 256 * 1024
RECORD_BYTES = 1024 * 1024
CURSOR_SIGNS = 100
OPEN_LEASES = 5_000
"""Most open leases a head names."""
MAX_HOLDERS = 5
PROVISIONAL = ("recalling", "recovering")
"""Refusals that are none for good: the wish stays pending and is asked again. What is asked back may come, a recovery ends."""
GENESIS = "0" * 64
"""The `prev` of the first record of a till's first incarnation."""


class Body(Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="kind"):
    """What a record says; the tag is the record's kind."""


class BootBody(Body, tag="boot", frozen=True):
    """First record of an incarnation: why it began and where the former one ended, as far as this till knows."""

    reason: Literal["new", "restored", "healed", "copied", "forked"]
    store: str
    former: int = 0
    former_seq: int = 0


class SaleBody(Body, tag="sale", frozen=True):
    """A committed sale: what the POS said, what was decided, which rights were spent, which lots were born."""

    store: str
    sale: Sale
    content: str
    """SHA-256 of the sale's canonical content, hex: the same id with the same content is the same sale."""
    closed_at: int
    decision: Decision
    member: str | None = None
    how: str = ""
    """How the member was identified: scan, typed, phone, pos, rotating."""
    judged: Member | None = None
    """The member as the engine saw one, less what says who it is: with it anybody can judge again."""
    spends: tuple[Spend, ...] = ()
    loss: dict[str, int] = {}
    """Points spent beyond every right, by unit, booked to loss:store."""
    lots: tuple[Lot, ...] = ()
    mismatch: tuple[str, ...] = ()
    postings: tuple[Posting, ...] = ()


class ReturnBody(Body, tag="return", frozen=True):
    """A partial or full return. `restored` goes to the lots it came from; `taken_back` from the sale's own lot first."""

    store: str
    id: str
    content: str
    of: str
    """Id of the sale."""
    lines: tuple[ReturnedLine, ...]
    closed_at: int
    money_back: int
    member: str | None = None
    restored: dict[str, tuple[Part, ...]] = {}
    """By unit."""
    taken_back: dict[str, int] = {}
    """By unit, this return's claw-back; the hub takes it from the sale's lot, then soonest to expire, the rest is debt."""
    loss_back: dict[str, int] = {}
    """Points of the sale's `loss` that are returned, by unit: back to loss:store."""
    own_lots: tuple[str, ...] = ()
    """Lots the returned sale gave."""
    postings: tuple[Posting, ...] = ()


class VoidBody(Body, tag="void", frozen=True):
    """A committed sale taken back whole, as never made: everything restored and clawed back."""

    store: str
    id: str
    of: str
    member: str | None = None
    restored: dict[str, tuple[Part, ...]] = {}
    taken_back: dict[str, int] = {}
    loss_back: dict[str, int] = {}
    own_lots: tuple[str, ...] = ()
    postings: tuple[Posting, ...] = ()


class MoveOutBody(Body, tag="move_out", frozen=True):
    """Points a member gives away, out of this till's leases. To a member: a `move_in` with the same id follows; else to a cause."""

    store: str
    id: str
    member: str
    unit: str
    points: int
    to: str | None = None
    """The member who gets them."""
    cause: str = ""
    spends: tuple[Spend, ...] = ()
    postings: tuple[Posting, ...] = ()


class MoveInBody(Body, tag="move_in", frozen=True):
    """The other half of a move: the same points, in lots that keep their last days."""

    store: str
    id: str
    member: str
    unit: str
    points: int
    of: str
    """The member who gave them."""
    lots: tuple[Lot, ...] = ()
    postings: tuple[Posting, ...] = ()


class EnrolBody(Body, tag="enrol", frozen=True):
    """A member made or first met here. Card and phone are keyed HMACs, so two tills make the same member."""

    member: str
    cards: tuple[str, ...] = ()
    phone: str | None = None
    masked: str = ""
    name: str = ""
    birthday: str | None = None
    consents: tuple[str, ...] = ()


class WantBody(Body, tag="lease_want", frozen=True):
    """A wish to spend up to `points` of a member's unit here."""

    member: str
    unit: str
    points: int
    style: Style = "visit"


class GotBody(Body, tag="lease_got", frozen=True):
    """The hub's signed grant, journalled before anything is spent from it."""

    grant: Grant


class CloseBody(Body, tag="lease_close", frozen=True):
    """The only way a lease ends without an operator (I3): what was spent of it, the rest goes back."""

    lease: str
    member: str
    unit: str
    spent: int
    left: int
    reason: Literal["idle", "life", "revoked", "shift", "expired", "withdrawn"]
    want: int = 0
    """Seq of the wish, when it is withdrawn: nothing was spent of what it may have been granted, and nothing is granted later."""


class NoticeBody(Body, tag="notice", frozen=True):
    """Something the shop may ask about later and that moves no points: a refusal, a look-up, a near-miss."""

    what: str
    numbers: dict[str, str | int] = {}


AnyBody = (
    BootBody
    | SaleBody
    | ReturnBody
    | VoidBody
    | MoveOutBody
    | MoveInBody
    | EnrolBody
    | WantBody
    | GotBody
    | CloseBody
    | NoticeBody
)


KINDS = frozenset(str(body.__struct_config__.tag) for body in get_args(AnyBody))
"""Every kind of record this release writes and reads."""


class Record(Struct, frozen=True, kw_only=True):
    """The envelope: one line of the journal, in canonical JSON. The hash chain runs over these bytes (sync.chain)."""

    v: int
    till: str
    inc: int
    seq: int
    id: str
    """UUIDv7."""
    at: int
    """Wall time, UTC ms."""
    hlc: int
    """Hybrid logical clock: ms << 16 | counter."""
    clock: Literal["trusted", "untrusted"] = "trusted"
    body: AnyBody


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Record)


def encode(value: object) -> bytes:
    """Canonical JSON: struct order, sorted maps, no spaces, UTF-8."""
    return _encoder.encode(value)


def decode(line: bytes) -> Record:
    """A record from its bytes; fields of a later release are left out. Raises msgspec.ValidationError or msgspec.DecodeError."""
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError as fault:
        if "unknown field" not in str(fault):
            raise
    return msgspec.convert(pruned(msgspec.json.decode(line), Record), Record)


class Head(Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """First line of a push: where the batch stands in the till's chain and what the till holds."""

    v: int
    till: str
    inc: int
    first: int
    """Seq of the first record; first == last + 1 for an empty push (wants and cursor only)."""
    last: int
    prev: str
    """Hash before the first record."""
    hash: str
    """Hash after the last."""
    open_leases: Annotated[tuple[str, ...], Meta(max_length=OPEN_LEASES)] = ()
    cursor: Annotated[str, Meta(max_length=CURSOR_SIGNS)] = ""
    pending_wants: Annotated[tuple[int, ...], Meta(max_length=500)] = ()
    """Seqs of journalled wants that have no answer yet; a lost grant is repeated, never larger."""
    epoch: int = 0
    """The hub's epoch as this till knows it; 0 before it knows any."""
    end: bool = False
    """The batch reaches the end of all the till has journalled: a hub that came back from a backup waits for this."""
    failed: int = 0
    """How often this batch of one record made the hub fail (5xx) in a row; from 3 on the hub parks it unread."""


class Verdict(Struct, frozen=True, omit_defaults=True):
    """A record that was not simply applied."""

    seq: int
    verdict: str
    """`duplicate` or `quarantined`; a later hub may know more."""
    reason: str = ""


class Holder(Struct, frozen=True, omit_defaults=True):
    """Another till that holds points of the member, and when (UTC ms) it was last heard of."""

    till: str
    points: int
    seen: int = 0


class LeaseAnswer(Struct, frozen=True, omit_defaults=True):
    """The answer to one want: a grant, or why not ("nothing", "closed", "unknown-member", one of PROVISIONAL)."""

    want: int
    grant: Grant | None = None
    refused: str = ""
    elsewhere: int = 0
    """Points of the member held by other tills' leases."""
    holders: tuple[Holder, ...] = ()
    """Which tills those are, when there was not enough."""


class MemberState(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A member as the hub knows it, pulled by tills; replaces what the till held. No personal data but what the receipt shows."""

    member: str
    rev: int
    status: str = "active"
    into: str | None = None
    """The member this one was merged into: its cards are theirs, and so is whatever becomes available here."""
    tier: str | None = None
    name: str = ""
    masked: str = ""
    birthday: str | None = None
    joined: str | None = None
    segments: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    """Keyed HMACs."""
    phone: str | None = None
    lots: tuple[Lot, ...] = ()
    """What is left, leased parts included."""
    leased: dict[str, int] = {}
    """Points under leases of all tills, by unit."""
    debt: dict[str, int] = {}
    spend: dict[str, int] = {}
    applied: dict[str, int] = {}
    """Watermark by till (key "till/inc") of the records this state already includes."""


class KeyLink(Struct, frozen=True):
    """The hub's key changed: `former` (hex) signed that `key` follows it."""

    former: str
    key: str
    signature: str


class Changes(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is new since a cursor. `programme` is the signed file's text when it changed."""

    cursor: str
    members: tuple[MemberState, ...] = ()
    programme: str | None = None
    programme_signature: str = ""
    revokes: tuple[str, ...] = ()
    more: bool = False
    at: int = 0
    keys: tuple[KeyLink, ...] = ()
    """How the hub's key came to be what it is, from its first one on; nothing while it is the first."""
    fill: bool = False
    """The till comes sooner to the end by the hub's fill (`sync.fill`) than by pages."""


class PushAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`wm`: everything up to this seq is applied; `durable`: and will survive the hub's disk."""

    wm: int
    durable: int
    hash: str
    """Chain hash at the watermark, as the hub has it."""
    epoch: int
    at: int
    """Hub time, UTC ms."""
    exceptions: tuple[Verdict, ...] = ()
    leases: tuple[LeaseAnswer, ...] = ()
    changes: Changes | None = None
    fork: bool = False
    """Same key with another hash: this till must begin a new incarnation. `wm` and `hash` are then of the last record both have."""
    incarnation: int = 0
    """The highest this till has been seen with; a new one begins above it."""
