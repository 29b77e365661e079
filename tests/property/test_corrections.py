"""Whatever order the tills' records arrive in, and however late: after corrections the books are what the canonical order gives."""

import contextlib
import tempfile
from pathlib import Path

from examples import examples
from hub_kit import DAY_MS, NOON, Bench, Pen
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Conflict, NotFound
from agent.loyalty.ledger import ISSUED, LOSS, MOVED, REDEEMED
from agent.sqlite import backup
from sync.hub import families
from sync.hub.merging import merge
from sync.hub.releasing import Release, release
from sync.hub.store.steps import transaction
from sync.wire import GotBody

TILLS = ("t1", "t2", "t3")
MEMBERS = ("m1", "m2")
DAYS = [f"2026-09-{day}" for day in range(21, 30)]
till = st.sampled_from(TILLS)
member = st.sampled_from(MEMBERS)
fact = st.one_of(
    st.tuples(
        st.just("sale"), till, member, st.integers(1, 200), st.sampled_from(["", *DAYS]), st.sampled_from([None, *DAYS])
    ),
    st.tuples(st.just("return"), till, st.integers(50, 200)),
    st.tuples(st.just("return"), till, st.integers(1, 200)),
    st.tuples(st.just("spend"), till, st.integers(1, 80)),
    st.tuples(st.just("beyond"), till, st.integers(1, 80)),
    st.tuples(st.just("undo"), till, st.integers(1, 80)),
    st.tuples(st.just("close"), till),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("wait"), st.integers(12, 60)),
)


hard = st.one_of(
    st.tuples(st.just("sale"), till, member, st.integers(20, 200), st.just(""), st.sampled_from(DAYS[1:5])),
    st.tuples(st.just("return"), till, st.integers(100, 200)),
    st.tuples(st.just("beyond"), till, st.integers(20, 80)),
    st.tuples(st.just("undo"), till, st.integers(1, 80)),
    st.tuples(st.just("close"), till),
    st.tuples(st.just("wait"), st.integers(12, 30)),
)
"""Much that order matters to."""


class Canonical:
    """Three tills on line all the time: each fact is at the hub the moment it happens, and every new day is booked."""

    def __init__(self, folder: str) -> None:
        self.bench = Bench(Path(folder) / "a.db")
        self.pens = {name: Pen(name, clock=self.bench.clock) for name in TILLS}
        self.sales: dict[str, list] = {name: [] for name in TILLS}
        self.left: dict[str, dict[str, int]] = {}
        self.grants = {name: begin(self.bench, pen) for name, pen in self.pens.items()}
        for grant in self.grants.values():
            self.left[grant.id] = {part.lot: part.points for part in grant.backing}
        self.open = dict(self.grants)
        self.beyond: dict[str, list] = {name: [] for name in TILLS}

    def play(self, facts) -> None:
        for kind, *args in facts:
            self.bench.clock.now_ms += 60_000
            getattr(self, f"do_{kind}")(*args)
            for pen in self.pens.values():
                if pen.sent < len(pen.lines):
                    answer = self.bench.push(pen)
                    assert answer.exceptions == ()
            self.bench.audit()

    def do_wait(self, hours) -> None:
        for _ in range(hours):
            self.bench.clock.now_ms += 3_600_000
            self.bench.hub.upkeep.new_day()

    def do_sale(self, till, member, earn, pending, expires) -> None:
        pen = self.pens[till]
        name = f"{till}-{len(pen.lines)}"
        pen.sale(member, name=name, earn=earn, pending=pending, expires=expires)
        self.sales[till].append([member, name, earn])

    def do_return(self, till, points) -> None:
        for sale in [sale for sale in self.sales[till] if sale[2]][-1:]:
            taken = min(points, sale[2])
            sale[2] -= taken
            self.pens[till].give_back(sale[0], sale[1], taken_back=taken, own=[f"lot-{sale[1]}"])

    def do_spend(self, till, points) -> None:
        if grant := self.open.get(till):
            parts = {}
            for lot, left in self.left[grant.id].items():
                if part := min(points, left):
                    parts[lot], self.left[grant.id][lot] = part, left - part
                    points -= part
            if parts:
                self.pens[till].sale(grant.member, spends=[(grant, parts)])

    def do_beyond(self, till, points) -> None:
        """A final sale after the lease was over: the hub lets the member pay what is there, the shop the rest."""
        if till not in self.open:
            grant, pen = self.grants[till], self.pens[till]
            name = f"{till}-beyond-{len(pen.lines)}"
            pen.sale(grant.member, name=name, spends=[(grant, {grant.backing[0].lot: points})])
            self.beyond[till].append([name, points])

    def do_undo(self, till, points) -> None:
        """Some of what was spent beyond the lease is returned."""
        for sale in [sale for sale in self.beyond[till] if sale[1]][:1]:
            grant, back = self.grants[till], min(points, sale[1])
            sale[1] -= back
            self.pens[till].give_back(grant.member, sale[0], restored={grant.backing[0].lot: back})

    def do_close(self, till) -> None:
        if grant := self.open.pop(till, None):
            left = sum(self.left[grant.id].values())
            self.pens[till].close(grant, spent=grant.granted - left, left=left)


def begin(bench, pen):
    """A member's first points and a lease of some of them, at the hub before anything else happens."""
    pen.boot()
    bench.clock.now_ms += 1000
    pen.sale(MEMBERS[int(pen.till[1]) % 2], earn=100, lot=f"first-{pen.till}", expires="2026-09-26")
    pen.want(MEMBERS[int(pen.till[1]) % 2], 60)
    grant = bench.push(pen).leases[0].grant
    bench.clock.now_ms += 1000
    pen.write(GotBody(grant=grant))
    bench.push(pen)
    return grant


def books(bench):
    """What the order must not matter to: lots, debts, and what every account comes to."""
    lots = bench.sql("SELECT member, unit, lot, points, remaining, leased, lapsed FROM lot ORDER BY member, unit, lot")
    debts = bench.sql("SELECT member, unit, posted, leased, debt FROM account ORDER BY member, unit")
    accounts = bench.sql(
        "SELECT member, unit, account, sum(amount) FROM entry GROUP BY member, unit, account"
        " HAVING sum(amount) <> 0 ORDER BY member, unit, account"
    )
    return lots, debts, accounts


def arriving(shop, folder, chance):
    """A hub that has what each till began with, as of the shop's last moment; how far that is, and whose record comes next."""
    late = Bench(Path(folder) / "b.db")
    for name in TILLS:
        late.clock.now_ms = NOON + 2000 * TILLS.index(name) + 1000
        late.push(shop.pens[name], first=1, last=3)
        late.clock.now_ms += 1000
        late.push(shop.pens[name], first=4, last=4, pending=())
    late.clock.now_ms = shop.bench.clock.now_ms
    waiting = [name for name in TILLS for _ in range(len(shop.pens[name].lines) - 4)]
    chance.shuffle(waiting)
    return late, dict.fromkeys(TILLS, 4), waiting


def tell(late, shop, marks, waiting, chance):
    """Record by record in that order; now and then the hub does its own work in between."""
    for name in waiting:
        marks[name] += 1
        assert late.push(shop.pens[name], first=marks[name], last=marks[name]).exceptions == ()
        late.audit()
        if chance.random() < 0.1:
            settle(late)


@examples(120)
@given(st.lists(fact, min_size=8, max_size=40), st.randoms(use_true_random=False))
def test_late_records_end_where_punctual_ones_do(facts, chance):
    with tempfile.TemporaryDirectory() as folder:
        shop = Canonical(folder)
        shop.play(facts)
        late, marks, waiting = arriving(shop, folder, chance)
        end = shop.bench.clock.now_ms + DAY_MS
        tell(late, shop, marks, waiting, chance)
        for bench in (shop.bench, late):
            bench.clock.now_ms = end
            settle(bench)
        assert books(late) == books(shop.bench)
        assert late.sql("SELECT * FROM correction_due") == []
        assert late.sql("SELECT code FROM flag WHERE code = 'not-corrected'") == []
        shop.bench.close()
        late.close()


ACTS = ("merge", "release", "family", "leave")
STORIES = (["merge"], ["release"], ["family"], ["family", "leave"], ["release", "merge"])
"""What people do at the hub meanwhile: none of it is a record, so a member it concerns is not worked out anew."""


def do(bench, act) -> None:
    now = bench.hub.upkeep.moment()
    more = {"reason": "r", "epoch": 1, "day": now.day, "now_ms": now.now_ms}
    with contextlib.suppress(Conflict, NotFound), transaction(bench.database):
        if act == "merge":
            merge(bench.database, *MEMBERS, **more)
        elif act == "release":
            leases = bench.sql("SELECT member, lease FROM lease WHERE till = 't1'")
            release(bench.database, leases, told=Release(who="olga", **more))
        elif act == "family":
            families.join(bench.database, *MEMBERS, now_ms=now.now_ms)
        else:
            families.leave(bench.database, MEMBERS[0])


def sums(bench):
    """What neither order nor people change: what was given and redeemed, and that nothing lies between two members."""
    found = dict(bench.sql("SELECT account, sum(amount) FROM entry GROUP BY account"))
    return {name: found.get(name, 0) for name in (ISSUED, REDEEMED, MOVED)}


@examples(50)
@given(
    st.lists(fact, min_size=8, max_size=40),
    st.sampled_from(STORIES),
    st.randoms(use_true_random=False),
)
def test_whatever_people_did_meanwhile_no_correction_breaks_the_books(facts, acts, chance):
    with tempfile.TemporaryDirectory() as folder:
        shop = Canonical(folder)
        shop.play(facts)
        late, marks, waiting = arriving(shop, folder, chance)
        for n, act in enumerate(acts):
            waiting.insert(chance.randrange(n, len(waiting) // 2 + n + 1), act)
        for name in waiting:
            if name in ACTS:
                do(late, name)
            else:
                marks[name] += 1
                assert late.push(shop.pens[name], first=marks[name], last=marks[name]).exceptions == ()
            late.audit()
            if chance.random() < 0.3:
                settle(late)
        late.clock.now_ms += DAY_MS
        settle(late)
        assert late.sql("SELECT * FROM correction_due") == []
        assert sums(late) == sums(shop.bench)
        spent_beyond = sum(points for sales in shop.beyond.values() for _, points in sales)
        within = sum(grant.granted for grant in shop.grants.values())
        assert (
            0
            <= -(late.sql("SELECT sum(amount) FROM entry WHERE account = ?", LOSS)[0][0] or 0)
            <= spent_beyond + within
        )
        shop.bench.close()
        late.close()


def join(bench) -> None:
    now = bench.hub.upkeep.moment()
    with transaction(bench.database):
        merge(bench.database, *MEMBERS, reason="r", epoch=1, day=now.day, now_ms=now.now_ms)


@examples(60)
@given(
    st.lists(fact, max_size=10),
    st.lists(st.one_of(hard, fact), min_size=8, max_size=40),
    st.randoms(use_true_random=False),
)
def test_after_a_merge_late_records_of_both_end_where_punctual_ones_do(before, after, chance):
    """Both hubs have the same up to the merge; what comes after it comes to the one at once and to the other in any order."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Canonical(folder)
        shop.play(before)
        settle(shop.bench)
        backup(shop.bench.database, f"{folder}/b.db")
        late = Bench(Path(folder) / "b.db")
        marks = {name: len(pen.lines) for name, pen in shop.pens.items()}
        late.clock.now_ms = shop.bench.clock.now_ms
        for bench in (shop.bench, late):
            join(bench)
        shop.bench.clock.now_ms += 1_000
        shop.play(after)
        late.clock.now_ms = shop.bench.clock.now_ms
        waiting = [name for name, mark in marks.items() for _ in range(len(shop.pens[name].lines) - mark)]
        chance.shuffle(waiting)
        tell(late, shop, marks, waiting, chance)
        for bench in (shop.bench, late):
            bench.clock.now_ms += DAY_MS
            settle(bench)
        assert late.sql("SELECT code FROM flag WHERE code = 'not-corrected'") == []
        assert books(late) == books(shop.bench)
        shop.bench.close()
        late.close()


def settle(bench) -> None:
    while bench.hub.upkeep.gather():
        bench.audit()
    while bench.hub.upkeep.correct():
        bench.audit()
    while bench.hub.upkeep.new_day():
        bench.audit()
    bench.audit()
