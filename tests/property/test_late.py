"""Leases are let go by a person, tills spend from them all the same, and everything is returned in pieces: nothing is lost or made by it."""

import contextlib
import tempfile
from pathlib import Path

import pg_kit
from examples import examples
from hub_kit import TODAY, Bench, Pen
from hypothesis import given
from hypothesis import strategies as st

from sync.hub.merging import merge
from sync.hub.releasing import Release, release
from sync.hub.store import held
from sync.hub.store.steps import transaction

TILLS = ("t1", "t2")
MEMBERS = ("m1", "m2")
till = st.sampled_from(TILLS)
member = st.sampled_from(MEMBERS)
points = st.integers(1, 60)
step = st.one_of(
    st.tuples(st.just("want"), till, member, points),
    st.tuples(st.just("spend"), till, points),
    st.tuples(st.just("undo"), till, st.integers(0, 9), points),
    st.tuples(st.just("push"), till),
    st.tuples(st.just("release"), till),
    st.tuples(st.just("earn"), till, member, points),
    st.tuples(st.just("merge")),
)
quick = examples(80)
few = examples(12)


class Shop:
    """Two tills that keep within their grants, and a person who lets the grants go."""

    def __init__(self, folder: str) -> None:
        self.bench = Bench(Path(folder) / "a.db")
        self.pens = {name: Pen(name, clock=self.bench.clock) for name in TILLS}
        self.grants: dict[str, list] = {name: [] for name in TILLS}
        self.left: dict[str, dict[str, int]] = {}
        self.sold: dict[str, list] = {name: [] for name in TILLS}
        self.earned = 0
        self.merged = False
        for name in MEMBERS:
            self.do_earn("t1", name, 50)
        self.do_push("t1")

    def play(self, steps) -> None:
        for kind, *args in steps:
            getattr(self, f"do_{kind}")(*args)
            self.bench.audit()

    def do_earn(self, till, member, points) -> None:
        self.earned += points
        self.pens[till].sale(member, earn=points)

    def do_want(self, till, member, points) -> None:
        self.pens[till].want(member, points)
        self.do_push(till)

    def do_spend(self, till, points) -> None:
        for grant in self.grants[till][-2:]:
            parts = {}
            for lot, left in self.left[grant.id].items():
                if part := min(points, left):
                    parts[lot], self.left[grant.id][lot] = part, left - part
                    points -= part
            if parts:
                name = f"{till}-{len(self.pens[till].lines)}"
                self.pens[till].sale(grant.member, name=name, spends=[(grant, parts)])
                self.sold[till].append((grant.member, name, parts))

    def do_undo(self, till, which, points) -> None:
        """Part of a sale comes back, to the lots that its record names."""
        for member, name, parts in self.sold[till][-1 - which :][:1]:
            back = {}
            for lot, left in parts.items():
                if part := min(points, left):
                    back[lot], parts[lot] = part, left - part
                    points -= part
            if back:
                self.pens[till].give_back(member, name, restored=back)

    def do_push(self, till) -> None:
        answer = self.bench.push(self.pens[till])
        assert answer.exceptions == ()
        for one in answer.leases:
            if one.grant:
                self.grants[till].append(one.grant)
                self.left[one.grant.id] = {part.lot: part.points for part in one.grant.backing}

    def do_release(self, till) -> None:
        told = Release(who="op", reason="r", epoch=1, day=TODAY, now_ms=self.bench.clock())
        with transaction(self.bench.database):
            rows = held.rows(self.bench.database, till=till)
            release(self.bench.database, [(row.member, row.lease) for row in rows], told=told)

    def do_merge(self) -> None:
        if not self.merged:
            self.merged = True
            with transaction(self.bench.database):
                merge(self.bench.database, "m1", "m2", reason="r", epoch=1, day=TODAY, now_ms=self.bench.clock())

    def sums(self):
        return dict(self.bench.sql("SELECT account, sum(amount) FROM entry GROUP BY account HAVING sum(amount) <> 0"))

    def undone(self) -> None:
        """Everything comes back, and every lease is given back or let go: nothing was ever redeemed, nothing lost."""
        for till in TILLS:
            for which in range(len(self.sold[till])):
                self.do_undo(till, which, 10_000)
            self.do_push(till)
            self.bench.audit()
            self.do_release(till)
        self.bench.audit()
        sums = self.sums()
        assert "redeemed" not in sums
        assert "loss:store" not in sums
        assert sums["issued"] == -self.earned
        assert self.bench.sql("SELECT sum(posted), sum(leased), sum(debt) FROM account") == [(self.earned, 0, 0)]


def all_comes_back(steps):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as opened:
        shop = Shop(folder)
        opened.callback(shop.bench.close)
        shop.play(steps)
        for name in TILLS:
            shop.do_push(name)
        shop.bench.audit()
        shop.undone()


@quick
@given(st.lists(step, max_size=40))
def test_whatever_is_returned_in_the_end_was_never_redeemed(steps):
    all_comes_back(steps)


@few
@given(st.lists(step, max_size=40))
def test_on_a_server_too(server, steps):
    with pg_kit.used(server):
        all_comes_back(steps)
