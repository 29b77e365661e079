"""Batches replayed, cut, overlapping and out of order leave the hub where one clean pass leaves it, and no sum ever breaks."""

import tempfile
from pathlib import Path

from hub_kit import DAY_MS, UNIT, Bench, Pen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TILLS = ("t1", "t2", "t3")
MEMBERS = ("m1", "m2")

points = st.integers(1, 300)
till = st.sampled_from(TILLS)
member = st.sampled_from(MEMBERS)
step = st.one_of(
    st.tuples(
        st.just("sale"),
        till,
        member,
        points,
        st.sampled_from(["", "2026-09-22"]),
        st.sampled_from([None, "2026-09-22"]),
    ),
    st.tuples(st.just("want"), till, member, points, st.sampled_from(["visit", "standing"])),
    st.tuples(st.just("spend"), till, points, st.booleans()),
    st.tuples(st.just("return"), till, points),
    st.tuples(st.just("close"), till),
    st.tuples(st.just("twice"), till, till),
    st.tuples(st.just("poison"), till),
    st.tuples(st.just("push"), till),
    st.tuples(st.just("day")),
)
script = st.lists(step, max_size=40)
quick = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Shop:
    """Three tills before a hub: each spends only what its grants allow, unless it is told to cheat."""

    def __init__(self, folder: str, name: str = "a.db") -> None:
        self.bench = Bench(Path(folder) / name, stores=("s1", "s1", "s1"))
        self.pens = {till: Pen(till, clock=self.bench.clock) for till in TILLS}
        self.grants: dict[str, list] = {till: [] for till in TILLS}
        self.left: dict[str, dict[str, int]] = {}
        self.sales: dict[str, list] = {till: [] for till in TILLS}
        self.pushed: list[tuple] = []

    def play(self, script) -> None:
        for kind, *args in script:
            getattr(self, f"do_{kind}")(*args)
            self.bench.audit()
        for till in TILLS:
            self.do_push(till)
            self.bench.audit()

    def do_sale(self, till, member, earn, pending, expires):
        pen = self.pens[till]
        name = f"{till}-{len(pen.lines)}"
        pen.sale(member, name=name, earn=earn, pending=pending, expires=expires)
        self.sales[till].append((member, name, earn))

    def do_want(self, till, member, points, style):
        self.pens[till].want(member, points, style=style)

    def do_spend(self, till, points, cheat):
        for grant in self.grants[till][:1]:
            parts = {}
            for backing in grant.backing:
                left = self.left[grant.id].get(backing.lot, 0)
                part = min(points, left + (50 if cheat else 0))
                if part:
                    parts[backing.lot] = part
                    self.left[grant.id][backing.lot] = max(0, left - part)
                    points -= part
            if parts:
                self.pens[till].sale(grant.member, spends=[(grant, parts)])

    def do_return(self, till, points):
        for member, name, earned in self.sales[till][-1:]:
            taken = min(points, earned)
            self.sales[till][-1] = (member, name, earned - taken)
            self.pens[till].give_back(member, name, taken_back=taken, own=[f"lot-{name}"])

    def do_close(self, till):
        for grant in self.grants[till][:1]:
            left = sum(self.left[grant.id].values())
            self.pens[till].close(grant, spent=grant.granted - left, left=left)
            self.grants[till].pop(0)

    def do_twice(self, till, other):
        """The POS repeats a sale at another till."""
        for member, name, _ in self.sales[till][-1:]:
            self.pens[other].sale(member, name=name, earn=7, lot=f"again-{len(self.pens[other].lines)}")

    def do_poison(self, till):
        self.pens[till].raw(b'{"no": "record"}')

    def do_push(self, till):
        pen = self.pens[till]
        self.push(till, pen.sent + 1, len(pen.lines))

    def push(self, till, first, last):
        self.pushed.append((till, first, last, self.bench.clock.now_ms))
        answer = self.bench.push(self.pens[till], first=first, last=last)
        for leased in answer.leases:
            if leased.grant:
                self.grants[till].append(leased.grant)
                self.left[leased.grant.id] = {part.lot: part.points for part in leased.grant.backing}

    def do_day(self):
        if self.bench.clock.now_ms < 1_790_000_000_000 + 4 * DAY_MS:
            self.bench.clock.now_ms += DAY_MS


@quick
@given(script)
def test_sums_hold_and_nobody_goes_below_zero(script):
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(folder)
        shop.play(script)
        while shop.bench.hub.new_day():
            shop.bench.audit()
        shop.bench.audit()
        for pen in shop.pens.values():
            stored = shop.bench.sql("SELECT seq, line FROM record WHERE till = ? ORDER BY seq", pen.till)
            assert stored == [(seq, line) for seq, line in enumerate(pen.lines, 1)]
        parked = shop.bench.sql("SELECT count(*) FROM quarantine")[0][0]
        verdicts = shop.bench.sql("SELECT count(*) FROM sale")[0][0]
        assert parked + verdicts <= sum(len(pen.lines) for pen in shop.pens.values())
        shop.bench.close()


@quick
@given(script, st.randoms(use_true_random=False))
def test_any_way_of_sending_gives_the_same_state(script, chance):
    with tempfile.TemporaryDirectory() as folder:
        clean = Shop(folder)
        clean.play(script)
        messy = Bench(Path(folder) / "b.db", stores=("s1", "s1", "s1"))
        done = []
        for till, first, last, now_ms in clean.pushed:
            messy.clock.now_ms = now_ms
            pen = clean.pens[till]
            if last > first and chance.random() < 0.5:
                # A later batch comes first and leaves a gap: nothing of it may stick.
                assert messy.push(pen, first=first + 1, last=last, pending=()).wm == first - 1
            for other, start, end in chance.sample(done, min(len(done), 2)):
                messy.push(clean.pens[other], first=start, last=end)
            if done and chance.random() < 0.3:
                start = min((begin for name, begin, _ in done if name == till), default=first)
                first = min(first, start)
            messy.push(pen, first=first, last=last)
            done.append((till, first, last))
            messy.audit()
        assert messy.everything() == clean.bench.everything()
        clean.bench.close()
        messy.close()


facts = st.lists(
    st.one_of(
        st.tuples(st.just("sale"), till, member, points, st.just(""), st.none()),
        st.tuples(st.just("return"), till, points),
        st.tuples(st.just("twice"), till, st.just("t1")),
    ),
    max_size=30,
)


@quick
@given(facts, st.randoms(use_true_random=False))
def test_tills_may_arrive_in_any_order(script, chance):
    with tempfile.TemporaryDirectory() as folder:
        first = Shop(folder)
        for kind, *args in [one for one in script if one[0] != "twice"]:
            getattr(first, f"do_{kind}")(*args)
        for name in TILLS:
            first.do_push(name)
        other = Bench(Path(folder) / "b.db")
        waiting = [(name, seq) for name in TILLS for seq in range(1, len(first.pens[name].lines) + 1)]
        marks = dict.fromkeys(TILLS, 0)
        while waiting:
            name = chance.choice(waiting)[0]
            marks[name] += 1
            waiting.remove((name, marks[name]))
            other.push(first.pens[name], first=marks[name], last=marks[name])
            other.audit()
        balances = "SELECT member, unit, posted - debt FROM account ORDER BY member, unit"
        assert other.sql(balances) == first.bench.sql(balances)
        assert UNIT == "points:main"
        first.bench.close()
        other.close()
