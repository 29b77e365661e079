"""Batches replayed, cut, overlapping and out of order leave the hub where one clean pass leaves it, and no sum ever breaks."""

import contextlib
import tempfile
from pathlib import Path

import pg_kit
from examples import examples
from hub_kit import UNIT, Bench
from hypothesis import given
from hypothesis import strategies as st
from pen_shop import TILLS, PenShop

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
quick = examples(60)


few = examples(12)
"""On a server each example is slower; KOPILKA_PG_DSN brings all of them there."""


@quick
@given(script)
def test_sums_hold_and_nobody_goes_below_zero(script):
    sums_hold(script)


@few
@given(script)
def test_sums_hold_on_a_server(server, script):
    with pg_kit.used(server):
        sums_hold(script)


def sums_hold(script):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as opened:
        shop = PenShop(folder)
        opened.callback(shop.bench.close)
        shop.play(script)
        while shop.bench.hub.upkeep.new_day():
            shop.bench.audit()
        shop.bench.audit()
        for pen in shop.pens.values():
            stored = shop.bench.sql("SELECT seq, line FROM record WHERE till = ? ORDER BY seq", pen.till)
            assert stored == [(seq, line) for seq, line in enumerate(pen.lines, 1)]
        parked = shop.bench.sql("SELECT count(*) FROM quarantine")[0][0]
        verdicts = shop.bench.sql("SELECT count(*) FROM sale")[0][0]
        assert parked + verdicts <= sum(len(pen.lines) for pen in shop.pens.values())


@quick
@given(script, st.randoms(use_true_random=False))
def test_any_way_of_sending_gives_the_same_state(script, chance):
    any_way_is_the_same(script, chance)


@few
@given(script, st.randoms(use_true_random=False))
def test_any_way_of_sending_to_a_server_gives_the_same_state(server, script, chance):
    with pg_kit.used(server):
        any_way_is_the_same(script, chance)


def any_way_is_the_same(script, chance):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as opened:
        clean = PenShop(folder)
        opened.callback(clean.bench.close)
        clean.play(script)
        messy = Bench(Path(folder) / "b.db", stores=("s1", "s1", "s1"))
        opened.callback(messy.close)
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
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as opened:
        first = PenShop(folder)
        opened.callback(first.bench.close)
        for kind, *args in [one for one in script if one[0] != "twice"]:
            getattr(first, f"do_{kind}")(*args)
        for name in TILLS:
            first.do_push(name)
        other = Bench(Path(folder) / "b.db")
        opened.callback(other.close)
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
