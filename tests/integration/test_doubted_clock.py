"""A till whose clock is in doubt, with a real hub: it spends, it earns, nothing ends by a clock that may be wrong."""

import pytest
from shop import Shop
from till_kit import DAY_MS, FREE_SPENDING, card, granted, line

from agent.till.wish import let_go
from sync.wire import CloseBody, SaleBody

RTC_1970 = 3_600_000


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path, programme=FREE_SPENDING)
    first = made.tills["T1"]
    granted(first.sell("first", [line(price=100, amount=100)], card=card(1)))
    made.give(first.member_id(1), 340, lot="lot-1", expires="2026-12-01")
    made.sync()
    granted(first.scan(card(1), symbology="ean13"))
    first.sync()
    assert first.balance(1).spendable_here == 340
    yield made
    made.check()
    made.close()


def in_doubt(till, wall_ms):
    """The box wakes up with a clock of its own: a process that starts on it knows only that it cannot be."""
    right = till.clock.wall_ms
    till.clock.wall_ms = wall_ms
    till.restart()
    till.is_online = False
    assert not till.clock.trusted()
    return right


@pytest.mark.parametrize("wall_ms", [RTC_1970, 1_700_000_000_000])
def test_it_spends_and_what_it_earns_lives_from_the_day_the_hub_hears_of_it(shop, wall_ms):
    till = shop.tills["T1"]
    right = in_doubt(till, wall_ms)
    granted(till.sell("spent", [line(price=10_000)], card=card(1), redeem={"main": 50}))
    granted(till.sell("earned", [line(price=10_000)], card=card(2)))
    record = next(
        record for record in till.records() if isinstance(record.body, SaleBody) and record.body.sale.id == "earned"
    )
    assert record.clock == "untrusted"
    assert record.body.lots[0].expires_on < "2026-11-22", "by its clock"
    shop.clock.wall_ms = right
    till.sync()
    rows = shop.bench.sql(
        "SELECT remaining, spendable_from, expires_on, born FROM lot WHERE member = ?", till.member_id(2)
    )
    assert [row[:3] for row in rows] == [(5, "", "2027-11-22")], "365 days from receipt"
    assert abs(rows[0][3] - right) < 2 * DAY_MS
    shop.bench.hub.upkeep.new_day()
    assert shop.hub_balance(till.member_id(2)) == 5
    assert shop.hub_balance(till.member_id(1)) == 340 - 50 + 2


def test_no_life_and_no_lot_ends_by_it(shop):
    till = shop.tills["T1"]
    in_doubt(till, RTC_1970)
    till.clock.pass_ms(100 * 365 * DAY_MS)
    till.clock.sure = False
    assert let_go(till.desk) == 0
    assert till.balance(1).spendable_here == 340
    granted(till.sell("late", [line(price=40_000)], card=card(1), redeem={"main": 340}))
    assert till.bodies(CloseBody) == []
    till.clock.wall_ms = till.shop.bench.clock.now_ms


def test_the_hub_sets_it_right(shop):
    till = shop.tills["T1"]
    right = in_doubt(till, RTC_1970)
    till.clock.wall_ms = right
    till.sync()
    till.clock.vouch(right)
    granted(till.sell("after", [line(price=10_000)], card=card(2)))
    record = till.records()[-1]
    assert record.clock == "trusted"
