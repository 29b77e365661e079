"""A hub that came back from a backup and was fed again is where one stands that never failed, in whatever order tills come."""

import tempfile

import pg_kit
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from pen_shop import TILLS
from recovery_shop import RecoveryShop, fed_again, loss_of, send, spend_all, waived

from sync.hub.store import waiting

MEMBERS = ("m1", "m2")
points = st.integers(1, 300)
till = st.sampled_from(TILLS)
member = st.sampled_from(MEMBERS)
MOVES = [
    st.tuples(st.just("sale"), till, member, points, st.sampled_from(["", "2026-09-22"]), st.none()),
    st.tuples(st.just("sale"), till, member, points, st.just(""), st.none()),
    st.tuples(st.just("want"), till, member, points, st.sampled_from(["visit", "standing"])),
    st.tuples(st.just("spend"), till, points, st.just(False)),
    st.tuples(st.just("undo"), till),
    st.tuples(st.just("close"), till),
    st.tuples(st.just("poison"), till),
    st.tuples(st.just("push"), till),
    st.tuples(st.just("day")),
    st.tuples(st.just("backup")),
]
names = st.sampled_from(("m1", "m2", "m3"))
MERGE = st.tuples(st.just("merge"), names, names)
CLAW_BACK = st.tuples(st.just("return"), till, points)
chances = st.randoms(use_true_random=False)


def scripts(*more):
    return st.lists(st.one_of(*MOVES, *more), min_size=8, max_size=40)


ACCOUNTS = "SELECT member, unit, posted - debt, leased FROM account WHERE posted > 0 OR debt > 0 ORDER BY member, unit"
LEASES = "SELECT member, lease, granted, spent, back, state FROM lease ORDER BY lease"
ALIASES = "SELECT member, target, at, reason FROM alias ORDER BY member"
LOTS = "SELECT member, lot, points, remaining, leased, unbacked, unborn FROM lot ORDER BY member, lot"


def rows(bench, *queries):
    return [bench.sql(query) for query in queries]


@examples(40)
@given(scripts(CLAW_BACK), chances)
def test_balances_and_leases_are_as_without_the_disaster(script, chance):
    with pg_kit.used(None), tempfile.TemporaryDirectory() as folder:
        shop = RecoveryShop(folder)
        shop.play(script)
        bench = fed_again(shop, chance)
        assert not waiting.recovering(bench.database)
        assert bench.sql("SELECT count(*) FROM lot WHERE unbacked > 0 OR unborn > 0") == [(0,)]
        assert rows(bench, ACCOUNTS, LEASES) == rows(shop.bench, ACCOUNTS, LEASES)
        assert loss_of(bench) == {}
        bench.close()
        shop.bench.close()


@examples(40)
@given(scripts(), chances)
def test_without_claw_backs_each_lot_is_as_it_was(script, chance):
    with pg_kit.used(None), tempfile.TemporaryDirectory() as folder:
        shop = RecoveryShop(folder)
        shop.play(script)
        bench = fed_again(shop, chance)
        assert rows(bench, ACCOUNTS, LEASES, LOTS) == rows(shop.bench, ACCOUNTS, LEASES, LOTS)
        bench.close()
        shop.bench.close()


@examples(40)
@given(scripts(CLAW_BACK), chances)
def test_a_till_that_never_came_costs_at_most_its_open_leases(script, chance):
    """It is waived, others are granted all there is and spend it; then it turns up after all."""
    with pg_kit.used(None), tempfile.TemporaryDirectory() as folder:
        shop = RecoveryShop(folder)
        shop.play(script)
        bench = fed_again(shop, chance, tills=("t1", "t2"))
        assert waiting.recovering(bench.database)
        waived(bench, "t3")
        spent = spend_all(shop, bench, "t1", MEMBERS)
        send(shop, bench, "t3", len(shop.pens["t3"].lines))
        loss = loss_of(bench)
        for name in MEMBERS:
            posted, _, debt = bench.account(name)
            posted_before, _, debt_before = shop.bench.account(name)
            assert posted - debt == posted_before - debt_before - spent[name] + loss.get(name, 0)
        assert sum(loss.values()) <= shop.lent_to("t3")
        bench.close()
        shop.bench.close()


OF_THREE = st.tuples(st.just("sale"), till, st.just("m3"), points, st.just(""), st.none())
OF_POINTS = (
    "SELECT member, lot, points, remaining, leased, unbacked, unborn FROM lot WHERE points > 0 ORDER BY member, lot"
)
"""A lot that passed through a member leaves a row of nothing there; whether it did is all that merges made again do not repeat."""


@examples(40)
@given(scripts(MERGE, OF_THREE), chances)
def test_merges_are_made_again_and_each_lot_is_as_it_was(script, chance):
    with pg_kit.used(None), tempfile.TemporaryDirectory() as folder:
        shop = RecoveryShop(folder)
        shop.play(script)
        bench = fed_again(shop, chance)
        assert rows(bench, ACCOUNTS, LEASES, OF_POINTS, ALIASES) == rows(
            shop.bench, ACCOUNTS, LEASES, OF_POINTS, ALIASES
        )
        bench.close()
        shop.bench.close()


@examples(30)
@given(scripts(MERGE, OF_THREE, CLAW_BACK), chances)
def test_with_merges_and_claw_backs_balances_are_as_without_the_disaster(script, chance):
    with pg_kit.used(None), tempfile.TemporaryDirectory() as folder:
        shop = RecoveryShop(folder)
        shop.play(script)
        bench = fed_again(shop, chance)
        assert bench.sql("SELECT count(*) FROM lot WHERE unbacked > 0") == [(0,)]
        assert rows(bench, ACCOUNTS, LEASES, ALIASES) == rows(shop.bench, ACCOUNTS, LEASES, ALIASES)
        assert loss_of(bench) == {}
        bench.close()
        shop.bench.close()


@examples(30)
@given(scripts(MERGE, OF_THREE, CLAW_BACK), chances)
def test_with_merges_a_till_that_never_came_costs_no_more_either(script, chance):
    everybody = (*MEMBERS, "m3")
    with pg_kit.used(None), tempfile.TemporaryDirectory() as folder:
        shop = RecoveryShop(folder)
        shop.play(script)
        bench = fed_again(shop, chance, tills=("t1", "t2"))
        waived(bench, "t3")
        spent = spend_all(shop, bench, "t1", everybody)
        send(shop, bench, "t3", len(shop.pens["t3"].lines))
        lost = sum(loss_of(bench).values())
        left = [sum(posted - debt for posted, _, debt in map(one.account, everybody)) for one in (bench, shop.bench)]
        assert left[0] == left[1] - sum(spent.values()) + lost
        assert lost <= shop.lent_to("t3")
        assert rows(bench, ALIASES) == rows(shop.bench, ALIASES)
        bench.close()
        shop.bench.close()
