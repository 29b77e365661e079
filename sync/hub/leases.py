"""The hub's answer to a wish for a lease: a signed grant out of what is available, the same one again, or why not.

A lease's id is made of the wish's own key (I4), so a wish repeated after a lost answer meets the same lease: the same bytes, never
more. What another till holds is recalled when a member stands at this one and there is not enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

import msgspec

from agent.loyalty import leases as algebra
from agent.loyalty.lots import Part, spendable
from sync.hub.book import Book, HubLease
from sync.hub.ground import MAX_POINTS, Ground
from sync.hub.policy import Policy
from sync.hub.postings import Mover
from sync.hub.rights import member_leases
from sync.signing import Signer, sign_grant
from sync.wire import MAX_HOLDERS, Holder, LeaseAnswer, Record, WantBody

HUB = "hub"
"""The till's name on the hub's own steps."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who answers wishes during one push."""

    ground: Ground
    policy: Policy
    signer: Signer
    epoch: int
    alone: bool
    """The only store there is: its tills may hold everything."""
    superseded: bool
    """A newer incarnation of this till is known: whoever pushes this one may state facts, not spend."""
    by: tuple[str, int, int]
    """The key that the hub's own postings of this push bear."""
    seen: Callable[[Iterable[str]], dict[str, int]]
    """When tills were last heard of."""

    def answer(self, book: Book, record: Record, want: WantBody, *, answered: bool = False) -> LeaseAnswer:
        """Answer one journalled wish; changes `book` when it grants or recalls. `answered`: it has had its answer before."""
        id_ = algebra.lease_id(record.till, record.inc, record.seq)
        elsewhere = sum(held.held for held in self._others(book, want.unit))
        if held := book.leases.get(id_):
            if held.state == "open":
                return LeaseAnswer(record.seq, grant=held.lease.grant, elsewhere=elsewhere)
            refused = "released" if held.state == "released" else "closed"
            return LeaseAnswer(record.seq, refused=refused, elsewhere=elsewhere)
        if refused := "nothing" if answered else self._refusal(book, want):
            return LeaseAnswer(record.seq, refused=refused, elsewhere=elsewhere)
        # Expiry and debt are booked when met, before anything is granted.
        Mover(book, *self.by, self.ground.day).settle(want.unit)
        grant = self._grant(book, id_, want)
        granted = grant.granted if grant else 0
        short = want.style == "visit" and granted < min(want.points, self.policy.visit_cap)
        recalling = short and self._recall_others(book, want.unit)
        if grant is None:
            holders = self._holders(book, want.unit) if short else ()
            refused = "recalling" if recalling else "nothing"
            return LeaseAnswer(record.seq, refused=refused, elsewhere=elsewhere, holders=holders)
        self._keep(book, grant, record.inc)
        return LeaseAnswer(record.seq, grant=grant, elsewhere=elsewhere)

    def _refusal(self, book: Book, want: WantBody) -> str:
        if self.ground.recovering:
            return "recovering"
        if book.profile is None:
            return "unknown-member"
        if self.superseded:
            return "superseded"
        if book.heir is not None:
            return "merged"
        if book.profile.status != "active":
            return book.profile.status
        return "" if 0 < want.points <= MAX_POINTS else "nothing"

    def _grant(self, book: Book, id_: str, want: WantBody) -> algebra.Grant | None:
        standing = want.style == "standing"
        cap, life = (
            (min(self.policy.standing_cap, self._share(book, want.unit)), self.policy.standing_life_ms)
            if standing
            else (self.policy.visit_cap, self.policy.visit_life_ms)
        )
        purse = book.purse(want.unit)
        wish = algebra.Want(
            id=id_,
            till=self.ground.till,
            member=book.member,
            unit=want.unit,
            points=max(0, min(want.points, cap)),
            style=want.style,
            until=self.ground.now_ms + life,
            epoch=self.epoch,
        )
        grant = algebra.grant(wish, purse.lots.values(), purse.leased, self.ground.day)
        return sign_grant(self.signer, grant) if grant else None

    def _share(self, book: Book, unit: str) -> int:
        """What this till may still take for good: its share of all that no other till holds, less what it has."""
        mine = sum(h.held for h in member_leases(book, unit) if self._is_mine(h) and h.lease.grant.style == "standing")
        free = sum(lot.left for lot in book.purse(unit).free() if spendable(lot, self.ground.day))
        share = Fraction(1) if self.alone else self.policy.shared
        return int((free + mine) * share) - mine

    def _keep(self, book: Book, grant: algebra.Grant, inc: int) -> None:
        book.purse(grant.unit).lease_out(Part(backing.lot, backing.points) for backing in grant.backing)
        book.leases[grant.id] = HubLease(lease=algebra.Lease(grant=grant), inc=inc, at=self.ground.now_ms)

    def _recall_others(self, book: Book, unit: str) -> bool:
        """Ask other tills' leases back, each once; whether something is yet to come back."""
        asked = [held for held in self._others(book, unit) if held.state == "open" and held.held]
        due = [held for held in asked if not held.recalled]
        for held in due:
            book.leases[held.lease.grant.id] = msgspec.structs.replace(held, recalled=self.ground.now_ms)
        return bool(asked)

    def _holders(self, book: Book, unit: str) -> tuple[Holder, ...]:
        """The other tills that hold the most, by name."""
        points: Counter[str] = Counter()
        for held in self._others(book, unit):
            points[held.lease.grant.till] += held.held
        most = sorted(points.most_common(MAX_HOLDERS))
        seen = self.seen(till for till, _ in most) if most else {}
        return tuple(Holder(till, held, seen.get(till, 0)) for till, held in most if held)

    def _others(self, book: Book, unit: str) -> list[HubLease]:
        return [held for held in member_leases(book, unit) if not self._is_mine(held)]

    def _is_mine(self, held: HubLease) -> bool:
        return held.lease.grant.till == self.ground.till
