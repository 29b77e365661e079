"""Two tills and a hub in one thread: rights, lost answers, lots and days, to the point."""

import pytest
from shop import Shop
from till_kit import DAY_MS, FREE_SPENDING, at, card, granted, line, refused

from agent.till import identify
from agent.till.wish import let_go, wish

LIFELONG = FREE_SPENDING.replace('expires = "365d"', 'expires = "never"')


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path, programme=LIFELONG)
    yield made
    made.close()


def want(till, number, points=None):
    """Scan a card while online: a wish, a push, a grant."""
    till.is_online = True
    who = identify.by_card(till.desk, card(number), how="scan")
    assert wish(till.desk, who) == 1
    till.sync()


def known(shop, number, points, **more):
    """A member with points that every till has heard of."""
    member = shop.tills["T1"].member_id(number)
    granted(shop.tills["T1"].sell(f"first-{number}", [line(price=100, amount=100)], card=card(number)))
    shop.give(member, points, lot=f"lot-{number}", **more)
    shop.sync()
    return member


def spendable(till, number):
    return till.balance(number).spendable_here


def test_row_19_each_till_spends_what_it_holds_and_no_more(shop):
    member = known(shop, 1, 100)
    first, second = shop.tills.values()
    shop.bench.hub.policy = type(shop.bench.hub.policy)(visit_cap=40)
    want(first, 1)
    want(second, 1)
    first.line.cut = second.line.cut = True
    first.is_online = second.is_online = False
    for till in (first, second):
        assert spendable(till, 1) == 40
        assert (
            refused(till.sell(f"{till.store.till}-A", [line(price=6000)], card=card(1), redeem={"main": 60}))
            == "cannot-spend"
        )
        quote = till.quote([line(price=6000)], card=card(1), redeem={"main": 60})
        assert quote["spent"] == {"main": 40}
        granted(till.sell(f"{till.store.till}-B", [line(price=6000)], card=card(1), redeem={"main": 40}))
        assert spendable(till, 1) == 0
    first.line.cut = second.line.cut = False
    shop.clock.pass_ms(600_000)
    shop.sync()
    # 100 given, 80 spent, 2 x 5 % of 20.00 earned.
    assert shop.hub_balance(member) == 100 - 80 + 2
    shop.check()


def test_row_19_after_payment_the_rest_is_the_shops_loss_not_the_members(shop):
    member = known(shop, 1, 100)
    first, second = shop.tills.values()
    want(first, 1)
    second.line.cut = True
    answer = granted(second.sell("late", [line(price=6000)], card=card(1), redeem={"main": 60}, receipt_no="1"))
    assert answer["mismatch"]
    assert answer["loss"] == {"main": 60}
    second.line.cut = False
    shop.clock.pass_ms(600_000)
    shop.sync()
    assert shop.hub_balance(member) >= 100
    assert shop.bench.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'")[0][0] == -60
    shop.check()


def test_row_20_an_answer_lost_three_times_is_one_movement(shop):
    member = known(shop, 1, 100)
    till = shop.tills["T1"]
    want(till, 1)
    granted(till.sell("A", [line(price=10_000)], card=card(1), redeem={"main": 50}))
    before = shop.bench.sql("SELECT count(*) FROM sale")[0][0]
    for _ in range(3):
        till.line.deaf = 1
        shop.clock.pass_ms(600_000)
        till.sync(rounds=1)
        till.restart()
    assert till.line.pushed >= 3
    shop.clock.pass_ms(600_000)
    till.sync()
    assert till.unsent == 0
    assert shop.bench.sql("SELECT count(*) FROM sale")[0][0] == before + 1
    assert shop.hub_balance(member) == 100 - 50 + 2
    assert till.balance(1).whole == 100 - 50 + 2
    shop.check()


def test_row_11_the_lot_that_ends_first_is_spent_first(shop):
    shop.clock.wall_ms = at("2025-12-20T12:00:00+03:00")
    member = known(shop, 1, 100, expires="2026-01-01")
    shop.give(member, 50, lot="B", expires="2026-06-01")
    shop.sync()
    till = shop.tills["T1"]
    want(till, 1)
    granted(
        till.sell("A", [line(price=8_000)], card=card(1), redeem={"main": 80}, closed_at="2025-12-20T12:00:00+03:00")
    )
    shop.clock.wall_ms = at("2026-01-02T12:00:00+03:00")
    shop.clock.mono_ms += 14 * DAY_MS
    let_go(till.desk)
    shop.sync()
    shop.bench.hub.upkeep.new_day()
    shop.sync()
    assert shop.hub_balance(member) == 50
    assert till.balance(1).whole == 50
    shop.check()


def test_a_second_till_sees_the_firsts_points(shop):
    first, second = shop.tills.values()
    granted(first.sell("A", [line(price=10_000)], card=card(7)))
    assert second.balance(7).whole == 0
    shop.sync()
    assert second.balance(7).whole == 5
    assert second.balance(7).confirmed == 5
    assert first.balance(7).unsynced == 0


def test_a_card_first_met_at_both_tills_offline_is_one_member(shop):
    first, second = shop.tills.values()
    for till in (first, second):
        granted(till.sell(f"{till.store.till}-A", [line(price=10_000)], card=card(9)))
    shop.sync()
    assert {till.balance(9).whole for till in shop.tills.values()} == {10}
    shop.check()


def test_what_is_returned_elsewhere_in_time_settles_as_debt_never_below_zero(shop):
    first, _ = shop.tills.values()
    granted(first.sell("A", [line(price=10_000)], card=card(3)))
    shop.sync()
    member = first.member_id(3)
    want(first, 3)
    granted(first.sell("B", [line(price=500)], card=card(3), redeem={"main": 5}))
    back = granted(first.give_back("A", "R", [{"n": 1, "quantity": "1"}]))
    assert back["taken_back"] == {"main": 5}
    shop.sync()
    assert shop.bench.account(member) == (0, 0, 5)
    assert first.balance(3).whole == 0
    granted(first.sell("C", [line(price=20_000)], card=card(3)))
    shop.sync()
    assert shop.bench.account(member) == (5, 0, 0)
    shop.check()
