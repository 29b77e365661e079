"""Double entry for points: an Entry's postings sum to zero per unit, over a member's account and the programme's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

ISSUED = "issued"
"""The programme's liability: what was given to members (negative by what they got)."""
REDEEMED = "redeemed"
EXPIRED = "expired"
MOVED = "moved"
"""Between two members: what one gave and the other has not got yet; 0 when every move is whole."""
DONATED = "donated"
"""Points a member gave to a cause."""
LOSS = "loss:store"
"""What a final sale or a forced release spent beyond every right; the shop bears it, never the member below 0."""


def points_unit(currency: str) -> str:
    """The unit of a currency's points: "points:main"."""
    return f"points:{currency}"


def member_account(member: str) -> str:
    return f"member:{member}"


class Posting(Struct, frozen=True):
    """`amount` of `unit` comes to `account` (goes, when negative)."""

    account: str
    unit: str
    amount: int


def unbalanced(postings: Iterable[Posting]) -> dict[str, int]:
    """Units whose postings do not sum to zero, with the surplus; empty for a sound Entry."""
    sums: defaultdict[str, int] = defaultdict(int)
    for posting in postings:
        sums[posting.unit] += posting.amount
    return {unit: amount for unit, amount in sums.items() if amount}


def move(unit: str, amount: int, *, source: str, target: str) -> tuple[Posting, ...]:
    """Two postings that carry a positive `amount` from `source` to `target`; none for 0."""
    if amount < 0:
        raise ValueError(f"a movement is positive, not {amount}")
    if not amount:
        return ()
    return Posting(source, unit, -amount), Posting(target, unit, amount)
