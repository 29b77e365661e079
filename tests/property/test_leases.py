"""Arbitrary days of two tills and a hub: I1 and I2 are never broken, nothing is spent that was not earned, none is lost."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent.loyalty.leases import (
    Lease,
    Spend,
    Want,
    charge,
    close,
    grant,
    lease_id,
    left,
    left_parts,
    sound,
    spend,
    spent,
    unspend,
)
from agent.loyalty.lots import Lot, Part, available, expire, without

UNIT = "points:main"
DAYS = [f"2026-12-{day:02}" for day in range(1, 29)]


class TwoTills(RuleBasedStateMachine):
    """The hub's lots keep leased parts in `left` until a spend arrives; each till knows only its own leases."""

    def __init__(self):
        super().__init__()
        self.day = 0
        self.lots: tuple[Lot, ...] = ()
        self.hub: dict[str, Lease] = {}
        self.tills: list[dict[str, Lease]] = [{}, {}]
        self.holds: list[list[tuple[Spend, ...]]] = [[], []]
        self.unsent: list[list[Spend]] = [[], []]
        self.seq = self.earned = self.gone = self.expired = self.allowed = 0

    def leased(self) -> dict[str, int]:
        sums: dict[str, int] = {}
        for item in self.hub.values():
            if not item.closed:
                for part in left_parts(item):
                    sums[part.lot] = sums.get(part.lot, 0) + part.points
        return sums

    @rule(points=st.integers(1, 60), pending=st.integers(0, 5), life=st.none() | st.integers(0, 12))
    def earn(self, points, pending, life):
        self.seq += 1
        start = DAYS[min(self.day + pending, 27)]
        end = None if life is None else DAYS[min(self.day + pending + life, 27)]
        self.lots += (
            Lot(
                id=f"l{self.seq}",
                unit=UNIT,
                points=points,
                left=points,
                born=self.seq,
                spendable_from=start,
                expires_on=end,
            ),
        )
        self.earned += points

    @rule(till=st.integers(0, 1), points=st.integers(0, 80))
    def lease(self, till, points):
        self.seq += 1
        name = lease_id(f"T{till}", 1, self.seq)
        given = grant(
            Want(id=name, till=f"T{till}", member="m", unit=UNIT, points=points),
            self.lots,
            self.leased(),
            DAYS[self.day],
        )
        if given:
            assert given.granted <= points
            self.hub[name] = self.tills[till][name] = Lease(grant=given)

    @rule(till=st.integers(0, 1), points=st.integers(0, 80), hold=st.booleans(), trusted=st.booleans())
    def spend(self, till, points, hold, trusted):
        day = DAYS[self.day] if trusted else None
        leases = list(self.tills[till].values())
        room = sum(left(item, day) for item in leases)
        spends, after, short = spend(leases, UNIT, points, day)
        assert points - short == min(points, room) == sum(part.points for item in spends for part in item.parts)
        self.tills[till] = {item.grant.id: item for item in after}
        (self.holds[till].append(spends) if hold else self.unsent[till].extend(spends))

    @precondition(lambda self: self.holds[0])
    @rule(release=st.booleans())
    def end_hold(self, release):
        spends = self.holds[0].pop(0)
        if release:
            after = unspend(list(self.tills[0].values()), spends)
            self.tills[0] = {item.grant.id: item for item in after}
        else:
            self.unsent[0].extend(spends)

    @rule(till=st.integers(0, 1), shut=st.booleans())
    def push(self, till, shut):
        """Records arrive in order; a close may follow, as the till writes it, when no hold is open."""
        for item in self.unsent[till]:
            booked, beyond = charge(self.hub[item.lease], item)
            assert not beyond
            self.hub[item.lease] = booked
            self.lots = without(self.lots, item.parts)
            self.gone += sum(part.points for part in item.parts)
        self.unsent[till] = []
        if shut and self.tills[till] and not self.holds[till]:
            name, item = self.tills[till].popitem()
            _, parts = close(item)
            self.hub[name], same = close(self.hub[name])
            assert parts == same

    @rule(days=st.integers(1, 3))
    def tomorrow(self, days):
        """What is under a lease waits with its booking until the lease ends."""
        self.day = min(self.day + days, 27)
        leased = self.leased()
        for part in expire(self.lots, DAYS[self.day]):
            free = part.points - leased.get(part.lot, 0)
            self.lots = without(self.lots, [Part(part.lot, free)])
            self.expired += free

    @invariant()
    def nothing_below_zero(self):
        leased = self.leased()
        for item in self.lots:
            assert 0 <= leased.get(item.id, 0) <= item.left <= item.points  # I1, per lot
        for item in [*self.hub.values(), *self.tills[0].values(), *self.tills[1].values()]:
            assert sound(item)  # I2
        assert available(self.lots, DAYS[self.day]) >= 0

    @invariant()
    def every_point_is_somewhere(self):
        assert self.earned == sum(item.left for item in self.lots) + self.gone + self.expired

    @invariant()
    def tills_spend_no_more_than_was_earned(self):
        under_way = sum(part.points for queue in self.unsent for item in queue for part in item.parts)
        assert self.gone + under_way <= self.earned
        for till in self.tills:
            for name, item in till.items():
                assert spent(self.hub[name]) <= spent(item) <= item.grant.granted


TestTwoTills = TwoTills.TestCase
TestTwoTills.settings = settings(derandomize=True, max_examples=150, stateful_step_count=40, deadline=None)
