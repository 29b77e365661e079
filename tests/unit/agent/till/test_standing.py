"""Standing rights: what a regular may spend with the line down all day."""

import pytest
from shop import Shop
from till_kit import DAY_MS, FREE_SPENDING, card, granted, line

from agent.loyalty.programme.reader import read_programme
from agent.rows import Regular
from agent.store.regulars import regulars
from agent.till.standing import most_points, stand


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path, programme=FREE_SPENDING.replace('max_share = "100%"', 'max_share = "30%"'))
    yield made
    made.close()


def prepared(shop, points):
    till = shop.tills["T1"]
    member = till.member_id(1)
    for n, bill in enumerate((10_000, 20_000)):
        granted(till.sell(f"S-{n}", [line(price=bill)], card=card(1)))
    shop.give(member, points, lot="given")
    shop.sync()
    till.is_online = True
    return till, member


def test_a_regular_can_spend_a_usual_bills_share_all_day_offline(shop):
    till, member = prepared(shop, 1000)
    found = regulars(till.store.path, 0)
    assert found == [Regular(member, 15_000)]
    assert stand(till.desk, found) == 1
    till.sync()
    till.line.cut, till.is_online = True, False
    shop.clock.pass_ms(DAY_MS)
    assert till.balance(1).spendable_here == 45
    granted(till.sell("offline", [line(price=20_000)], card=card(1), redeem={"main": 45}))
    shop.check()


def test_what_is_held_is_not_wished_for_again(shop):
    till, _ = prepared(shop, 1000)
    found = regulars(till.store.path, 0)
    stand(till.desk, found)
    assert stand(till.desk, found) == 0
    till.sync()
    assert stand(till.desk, found) == 0


def test_nobody_is_wished_for_offline_or_unknown(shop):
    till, member = prepared(shop, 1000)
    till.is_online = False
    assert stand(till.desk, [Regular(member, 10_000)]) == 0
    till.is_online = True
    assert stand(till.desk, [Regular("nobody", 10_000)]) == 0


def test_who_does_not_come_any_more_is_no_regular(shop):
    till, _ = prepared(shop, 10)
    assert regulars(till.store.path, shop.clock.wall_ms + 1) == []
    granted(till.sell("no-card", [line()]))
    assert len(regulars(till.store.path, 0)) == 1


def test_what_a_bill_lets_be_paid_by_points():
    currency = read_programme(
        FREE_SPENDING.replace('max_share = "100%"', 'max_share = "30%"'), "p"
    ).programme.currencies[0]
    assert most_points(currency, 15_000) == 45
    assert most_points(currency, 0) == 0
