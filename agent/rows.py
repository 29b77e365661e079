"""What the till keeps, as values: the store writes and reads them, the use-cases think in them. No SQL, no I/O."""

from __future__ import annotations

from msgspec import Struct

from agent.loyalty.leases import Style

SEQ_BITS = 40
MAX_SEQ = (1 << SEQ_BITS) - 1
MAX_INC = (1 << 63 - SEQ_BITS) - 1
"""Above it a position would not fit SQLite's integers."""

NOT_BEGUN = "healed"
"""Key of the till's `meta`: the database was healed ("1") or restored ("restored") and has not begun its incarnation yet."""

RETOLD = "retold:"
"""Key of `meta`, an incarnation behind it: where the facts it left behind at a fork were told again, as "incarnation seq" of the last,
and behind which of its own records they lay."""

PUSHED = "pushed_at"
"""Key of `meta`: when the last push was answered, UTC ms by this till's clock."""

REVOKED = "revoked"
"""Key of `meta`: when the hub said that it has revoked this till, UTC ms; empty again when it has answered a push."""


def position(inc: int, seq: int) -> int:
    """One integer key for (incarnation, seq); ordered as the records are."""
    return (inc << SEQ_BITS) + seq


def place(n: int) -> tuple[int, int]:
    """(incarnation, seq) of a position."""
    return n >> SEQ_BITS, n & MAX_SEQ


class Tail(Struct, frozen=True):
    """Where the chain ends."""

    inc: int
    seq: int
    hash: str
    hlc: int


class Stored(Struct, frozen=True):
    """One journal row as it lies on the disk."""

    inc: int
    seq: int
    kind: str
    line: bytes
    hash: str


class WantRow(Struct, frozen=True):
    """A journalled wish for a lease and what became of it."""

    n: int
    member: str
    unit: str
    points: int
    style: Style
    at: int
    """When it was made, UTC ms."""
    state: str = "pending"
    """`pending`, `granted`, `refused`, `withdrawn`."""
    reason: str = ""
    told: str = ""
    """The hub's last refusal as it came (sync.wire.LeaseAnswer, JSON): who holds what."""
    recalled: int = 0
    """1 where the hub asked the lease back before its grant was here."""


class Delta(Struct, frozen=True):
    """Smallest units a record of this till moved for a member, not yet in the hub's word of them."""

    unit: str
    spent: int = 0
    restored: int = 0
    taken_back: int = 0
    lots: dict[str, int] = {}
    """How much less each lot has left by it (negative: more), as far as lots are known; what `taken_back` took is not among them."""


class Operation(Struct, frozen=True, kw_only=True):
    """One committed request: the same id with the same content has this answer for ever."""

    kind: str
    id: str
    n: int
    content: str
    """SHA-256 of the canonical request, hex."""
    of: str | None = None
    member: str | None = None
    at: int
    state: str
    answer: bytes


class Hold(Struct, frozen=True, kw_only=True):
    """Points kept for a quote while the customer pays; `points` by unit, `quote` the encoded quote."""

    id: str
    content: str
    state: str
    member: str | None
    created: int
    expires: int
    points: dict[str, int]
    quote: bytes


class Receipt(Struct, frozen=True):
    """A receipt's document as it was printed, and a short summary for lists (JSON)."""

    id: str
    n: int
    at: int
    document: bytes
    summary: bytes


class Regular(Struct, frozen=True):
    """A member who buys here; `bill` is the usual one in minor units."""

    member: str
    bill: int
