"""Shift end: rights go back once the hub has heard of the end, and only then."""

import pytest
from shop import Shop
from till_kit import FREE_SPENDING, card, granted, line

from agent.till.shift import end_shift, finish_shift
from sync.wire import CloseBody, NoticeBody


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path, programme=FREE_SPENDING.replace('expires = "365d"', 'expires = "never"'))
    first = made.tills["T1"]
    granted(first.sell("first", [line(price=100, amount=100)], card=card(1)))
    made.give(first.member_id(1), 340, lot="lot-1")
    made.sync()
    granted(first.scan(card(1), symbology="ean13"))
    first.sync()
    assert first.balance(1).spendable_here == 340
    yield made
    made.check()
    made.close()


def reasons(till):
    return [body.reason for body in till.bodies(CloseBody)]


def test_rights_go_back_with_the_push_that_takes_the_end(shop):
    till = shop.tills["T1"]
    shop.clock.pass_ms(120_000)
    answer = end_shift(till.desk)
    assert (answer["leases"], answer["online"]) == (1, True)
    assert finish_shift(till.desk) == 0, "the last push is older than the end"
    till.sync()
    assert finish_shift(till.desk) == 1
    assert reasons(till) == ["shift"]
    assert [body.what for body in till.bodies(NoticeBody)] == ["shift-end"]
    till.sync()
    assert shop.bench.account(till.member_id(1))[1] == 0
    assert finish_shift(till.desk) == 0


def test_off_line_nothing_is_given_back_and_the_end_is_forgotten(shop):
    till = shop.tills["T1"]
    till.line.cut = True
    till.is_online = False
    end_shift(till.desk)
    till.sync()
    shop.clock.pass_ms(59_000)
    assert finish_shift(till.desk) == 0
    shop.clock.pass_ms(1_000)
    assert finish_shift(till.desk) == 0
    till.line.cut = False
    shop.clock.pass_ms(600_000)
    till.sync()
    assert finish_shift(till.desk) == 0, "the next shift may have begun"
    assert reasons(till) == []


def test_a_customer_who_is_paying_keeps_the_right(shop):
    till = shop.tills["T1"]
    given = granted(till.quote([line(price=10_000)], card=card(1), redeem={"main": 50}))["quote"]
    granted(till.hold("H", given))
    end_shift(till.desk)
    till.sync()
    assert finish_shift(till.desk) == 0
    granted(till.sell("S", [line(price=10_000)], card=card(1), quote=given, hold="H"))


def test_an_end_survives_a_power_cut(shop):
    till = shop.tills["T1"]
    end_shift(till.desk)
    till.restart()
    till.sync()
    assert finish_shift(till.desk) == 1
