"""Records judged again: what honest tills wrote is agreed with, what was tampered with is flagged and taken all the same."""

import msgspec
import pytest
from hub_kit import UNIT
from shop import Shop
from till_kit import FREE_SPENDING, card, granted, line

from sync import chain
from sync.hub import reviewing
from sync.hub.publishing import publish
from sync.hub.store import flags, reviews
from sync.hub.store.steps import transaction
from sync.wire import SaleBody, decode, encode

BIRTHDAY = FREE_SPENDING + (
    '[[offer]]\nid = "birthday"\nphase = "basket"\nwhen = { birthday = 3 }\nthen = { percent = "10%" }\n'
)


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    with transaction(shop.bench.database):
        publish(shop.bench.database, FREE_SPENDING, "p", signer=shop.bench.keys.signer, now_ms=shop.clock.now_ms())
    yield shop
    shop.close()


def look(shop):
    while shop.bench.hub.upkeep.review():
        pass
    return [(flag.seq, flag.code, flag.numbers) for flag, _ in flags.listed(shop.bench.database, 100)]


def forge(shop, change):
    """Let the hub hold the till's last sale as a tampered till would have sent it."""
    (seq, line_) = shop.bench.sql("SELECT seq, line FROM record WHERE till = 'T1' ORDER BY seq DESC")[0]
    record = decode(bytes(line_))
    assert isinstance(record.body, SaleBody)
    forged = encode(msgspec.structs.replace(record, body=change(record.body)))
    shop.bench.database.execute_sql("UPDATE record SET line = ? WHERE till = 'T1' AND seq = ?", (forged, seq))
    return seq


def test_what_an_honest_till_wrote_is_agreed_with(shop):
    till = shop.tills["T1"]
    granted(till.sell("A", [line(price=100_000)], card=card(1)))
    granted(till.sell("B", [line(price=33_300, quantity="0.333")]))
    shop.sync()
    till.scan(card(1))
    shop.sync()
    quote = granted(till.quote([line(price=5_000)], card=card(1), redeem={"main": 20}))
    granted(till.sell("C", [line(price=5_000)], quote=quote["quote"], tenders=[{"type": "card", "amount": 3_000}]))
    granted(till.sell("D", [line(price=5_000)], card=card(1), redeem={"main": "max"}))
    shop.sync()
    assert look(shop) == []
    assert look(shop) == []
    assert shop.bench.sql("SELECT till, seq FROM review WHERE till = 'T1'") == shop.bench.sql(
        "SELECT till, wm FROM watermark WHERE till = 'T1'"
    )


def test_a_forged_sum_is_flagged_with_both_figures(shop):
    granted(shop.tills["T1"].sell("A", [line(price=100_000)], card=card(1)))
    shop.sync()

    def richer(body):
        earned = {"main": msgspec.structs.replace(body.decision.earned["main"], points=5_000)}
        return msgspec.structs.replace(body, decision=msgspec.structs.replace(body.decision, earned=earned))

    seq = forge(shop, richer)
    ((found, code, numbers),) = look(shop)
    assert (found, code, list(numbers)) == (seq, "decision-differs", ["earned:main"])
    assert numbers["earned:main"].startswith("(5000,")


def test_a_tier_the_hub_does_not_know_of_is_flagged(shop):
    granted(shop.tills["T1"].sell("A", [line()], card=card(1)))
    shop.sync()
    shop.bench.database.execute_sql("UPDATE member SET tier = 'gold'")
    granted(shop.tills["T1"].sell("B", [line()], card=card(1)))
    shop.tills["T1"].client.push_once(shop.clock.monotonic_ms())
    assert {code for _, code, _ in look(shop)} == {"tier-differs"}


def test_a_programme_nobody_published_and_a_mismatch_are_told(shop):
    till = shop.tills["T1"]
    till.reprogramme(FREE_SPENDING.replace("version = 12", "version = 99"))
    granted(till.sell("A", [line()], card=card(1)))
    till.reprogramme(FREE_SPENDING)
    granted(till.sell("B", [line()], card=card(1), redeem={"main": 70}, receipt_no="1"))
    shop.sync()
    told = {code: numbers for _, code, numbers in look(shop)}
    assert told["programme-unknown"]["version"] == 99
    assert told["mismatch"] == {"codes": "cannot-spend", "loss": 70}


def test_no_birthday_travels_and_the_hub_judges_with_its_own(tmp_path):
    shop = Shop(tmp_path, programme=BIRTHDAY)
    with transaction(shop.bench.database):
        publish(shop.bench.database, BIRTHDAY, "p", signer=shop.bench.keys.signer, now_ms=shop.clock.now_ms())
    till = shop.tills["T1"]
    till.member(1, [], birthday="11-23")
    shop.give(till.member_id(1), 5, lot="x")
    shop.bench.database.execute_sql("UPDATE member SET birthday = '11-23'")
    answer = granted(till.sell("A", [line(price=10_000)], card=card(1)))
    assert answer["discount"] == 1_000
    shop.sync()
    assert b"11-23" not in b"".join(bytes(row[0]) for row in shop.bench.sql("SELECT line FROM record"))
    assert [row for row in look(shop) if row[1] == "decision-differs"] == []
    shop.close()


def test_a_clock_is_told_once_a_run(shop):
    till = shop.tills["T1"]
    shop.clock.sure = False
    for name in "AB":
        granted(till.sell(name, [line()]))
    shop.clock.sure = True
    granted(till.sell("C", [line()]))
    shop.sync()
    assert [code for _, code, _ in look(shop)] == ["clock-untrusted"]
    ahead = decode(bytes(shop.bench.sql("SELECT line FROM record WHERE till = 'T1' ORDER BY seq DESC")[0][0]))
    assert reviewing.clock_of(ahead, ahead.at) == ""
    assert reviewing.clock_of(ahead, ahead.at - chain.AHEAD_MS - 1) == "ahead"


def test_an_hour_beyond_a_thousand_others_is_told(shop):
    hour = shop.clock.now_ms() // reviewing.HOUR_MS
    with transaction(shop.bench.database):
        for n in range(1_200):
            reviews.give(shop.bench.database, "T9", {hour - n: 10})
    till = shop.tills["T1"]
    granted(till.sell("A", [line(price=10_000)], card=card(1)))
    shop.sync()
    assert look(shop) == []
    granted(till.sell("B", [line(price=100_000)], card=card(1)))
    granted(till.sell("C", [line(price=100_000)], card=card(1)))
    shop.sync()
    ((_, code, numbers),) = look(shop)
    assert (code, numbers) == ("points-per-hour", {"points": 105, "usual_most": 10})
    assert shop.bench.account(till.member_id(1), UNIT)[0] == 105


def test_what_does_not_decode_is_passed_over(bench, pen):
    pen.raw(b'{"no": "record"}')
    pen.sale("m1", earn=5)
    bench.push(pen)
    assert bench.hub.upkeep.review() == 2
    assert bench.hub.upkeep.review() == 0
    assert [flag.code for flag, _ in flags.listed(bench.database, 10)] == ["programme-unknown"]
