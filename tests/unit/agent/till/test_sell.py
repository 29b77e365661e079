"""One transaction holds the whole of a sale."""

import msgspec
import pytest
from till_kit import BANK_CARD, FREE_SPENDING, MAIN, Till, as_sale, body, card, granted, line, refused

from agent.errors import StorageFull
from agent.loyalty.ledger import unbalanced
from agent.till.sell import content_of, sell
from sync.wire import EnrolBody, SaleBody


def counts(till):
    names = [row[0] for row in till.store.database.execute_sql("SELECT name FROM sqlite_master WHERE type='table'")]
    return {name: till.store.database.execute_sql(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def test_a_sale_s_record(till):
    anna = till.member(1, [("a", 300)])
    lease = till.lease(anna, 200)
    answer = granted(till.sell("S-1", card=card(1), redeem={"main": 150}, cashier="ivanova", receipt_no="812"))
    record = till.sale_body("S-1")
    assert (record.store, record.member, record.how, record.content) == ("S014", anna, "pos", content_of(
        msgspec.structs.replace(as_sale("S-1", card=card(1), redeem={"main": 150}, cashier="ivanova", receipt_no="812"),
        card=till.desk.store.members.get(anna).cards[0]),
    ))  # fmt: skip
    assert [(spend.lease, sum(part.points for part in spend.parts)) for spend in record.spends] == [
        (lease.grant.id, 150)
    ]
    assert [(lot.points, lot.spendable_from, lot.expires_on) for lot in record.lots] == [
        (57, "2026-12-06", "2027-11-22")
    ]
    assert unbalanced(record.postings) == {}
    assert {(row.account, row.amount) for row in record.postings} == {
        ("issued", -57), (f"member:{anna}", 57), (f"member:{anna}", -150), ("redeemed", 150),
    }  # fmt: skip
    assert (record.decision.trace, record.decision.hints) == ((), ())
    assert (answer["seq"], answer["mark"]) == (till.store.journal.tail.seq, till.store.journal.tail.hash[:6])


def test_no_card_number_is_written_anywhere(till):
    till.lease(till.member(1, [("a", 300)]), 200)
    given = granted(till.quote(card=card(1), redeem={"main": 100}))["quote"]
    granted(till.hold("H-1", given))
    granted(till.sell("S-1", card=card(1), quote=given))
    granted(till.sell("S-2", card=card(77)))
    granted(till.sell("S-3", card=BANK_CARD, receipt_no="3"))
    till.scan(card(1))
    till.scan(BANK_CARD)
    till.store.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(till.store.path, "rb") as file:
        disk = file.read()
    heard = msgspec.json.encode(till.events.heard)
    for number in (card(1), card(77), BANK_CARD):
        assert number.encode() not in disk
        assert number.encode() not in heard


def test_a_sale_again_is_answered_again(till):
    till.lease(till.member(1, [("a", 300)]), 200)
    first = granted(till.sell("S-1", card=card(1), redeem={"main": 150}))
    before = counts(till)
    till.clock.pass_ms(3_600_000)
    again = granted(till.sell("S-1", card=card(1), redeem={"main": 150}))
    assert again.pop("replayed") is True
    assert first.pop("replayed") is False
    assert msgspec.json.encode(again) == msgspec.json.encode(first)
    assert counts(till) == before
    till.restart()
    assert granted(till.sell("S-1", card=card(1), redeem={"main": 150}))["seq"] == first["seq"]


@pytest.mark.parametrize(
    "change",
    [
        {"lines": [line(1, 5)]},
        {"receipt_no": "2"},
        {"print": False},
        {"final": True},
        {"card": card(2)},
        {"cashier": "x"},
    ],
)
def test_the_same_id_with_other_content(till, change):
    granted(sell(till.desk, as_sale("S-1", card=card(1))))
    asked = msgspec.convert(body("S-1", card=card(1)) | change, type(as_sale("S-1")))
    refusal = sell(till.desk, asked)
    assert refused(refusal) == "id-reused"
    assert refusal.fields == {"id": "S-1", "at": "2026-11-22T07:15:00Z"}


def test_a_replay_does_not_touch_the_receipt_now_open(till):
    granted(till.sell("S-1", card=card(1)))
    till.scan(card(2))
    granted(till.sell("S-1", card=card(1)))
    assert [thing.member for thing in till.desk.current.members()] == [till.member_id(2)]


def test_an_id_is_needed(till):
    assert refused(till.sell(None)) == "id-missing"


def test_a_card_nobody_met_earns_at_once(till, tmp_path):
    other = Till(tmp_path, name="T2")
    sales = [granted(one.sell("S-1", card=card(5))) for one in (till, other)]
    assert {sale["member"] for sale in sales} == {till.member_id(5)}
    (enrolled,) = till.bodies(EnrolBody)
    assert (enrolled.member, enrolled.masked) == (till.member_id(5), "*" + card(5)[-4:])
    assert sales[0]["earned"]["main"]["points"] == 64
    assert till.balance(5).unsynced == 64
    granted(till.sell("S-2", card=card(5)))
    assert len(till.bodies(EnrolBody)) == 1
    other.close()


def test_committing_clears_what_is_presented(till):
    till.scan(card(1))
    till.clock.pass_ms(1)
    assert granted(till.sell("S-1"))["member"] == till.member_id(1)
    assert till.desk.current.things == []
    assert granted(till.sell("S-2"))["member"] is None


def test_a_refused_sale_clears_nothing(till):
    till.scan(card(1))
    assert refused(till.sell("S-1", tenders=[{"type": "cash", "amount": 1}])) == "tenders-sum"
    assert granted(till.sell("S-1"))["member"] == till.member_id(1)


def test_suspended_and_resumed(till):
    from agent.till.scanned import suspend

    till.scan(card(1))
    till.scan("CPN-AAAAAAAA")
    granted(suspend(till.desk, "S-1"))
    till.scan(card(2))
    assert granted(till.sell("S-2"))["member"] == till.member_id(2)
    assert granted(till.quote(id="S-1"))["member"] == till.member_id(1)
    sale = granted(till.sell("S-1"))
    assert (sale["member"], till.sale_body("S-1").sale.coupons) == (till.member_id(1), ("CPN-AAAAAAAA",))
    assert (till.desk.current.parked, till.desk.current.things) == ({}, [])


def test_a_suspended_sale_may_be_sold_without_a_quote(till):
    from agent.till.scanned import suspend

    till.scan(card(1))
    granted(suspend(till.desk, "S-1"))
    assert granted(till.sell("S-1"))["member"] == till.member_id(1)


def test_resuming_beside_another_customer_s_card_asks(till):
    from agent.till.scanned import suspend

    till.scan(card(1))
    granted(suspend(till.desk, "S-1"))
    till.scan(card(2))
    assert refused(till.quote(id="S-1")) == "two-cards"


def test_the_print_job_is_queued_with_the_sale_and_dies_with_it(till, monkeypatch):
    """Killed before the commit: no record, no receipt, no job, no points gone."""
    till.lease(till.member(1, [("a", 300)]), 200)
    before, balance = counts(till), till.balance(1)
    seen = {}

    def dying(operation):
        seen.update(counts(till))
        raise KeyboardInterrupt

    monkeypatch.setattr(till.store.operations, "put", dying)
    with pytest.raises(KeyboardInterrupt):
        till.sell("S-1", card=card(1), redeem={"main": 150})
    monkeypatch.undo()
    assert (seen["print_job"], seen["journal"]) == (before["print_job"] + 1, before["journal"] + 1)
    assert counts(till) == before
    assert till.balance(1) == balance
    till.restart()
    assert counts(till)["print_job"] == 0
    assert granted(till.sell("S-1", card=card(1), redeem={"main": 150}))["spent"] == {"main": 150}
    assert counts(till)["print_job"] == 1


def test_a_full_disk_refuses_whole_and_lets_go_when_there_is_room(till):
    till.lease(till.member(1, [("a", 300)]), 200)
    granted(till.sell("S-0"))
    before, tail = counts(till), till.store.journal.tail
    sql = till.store.database.execute_sql
    pages = sql("PRAGMA page_count").fetchone()[0]
    sql(f"PRAGMA max_page_count = {pages}")
    many = [line(n, 1_000, name="x" * 150) for n in range(1, 200)]
    with pytest.raises(StorageFull):
        till.sell("S-1", many, card=card(1), redeem={"main": 150})
    assert (counts(till), till.store.journal.tail) == (before, tail)
    assert till.balance(1).spendable_here == 200
    sql("PRAGMA max_page_count = 1000000")
    sale = granted(till.sell("S-1", many, card=card(1), redeem={"main": 150}))
    assert (sale["seq"], sale["replayed"], sale["spent"]) == (tail.seq + 1, False, {"main": 150})


def test_what_others_hear(till):
    pushed, printed = [], []
    till.desk.push_soon, till.desk.print_soon = lambda: pushed.append(1), printed.append
    answer = granted(till.sell("S-1"))
    granted(till.sell("S-2", print=False))
    assert till.events.of("sale")[0] == answer
    assert (len(pushed), printed) == (2, ["receipts"])


def test_two_currencies_in_one_sale(tmp_path):
    text = FREE_SPENDING.replace('"5%"', '{ percent = "5%", currency = "main" }') + (
        '[points.stars]\nworth = "1"\nredeem = { max_share = "100%" }\n'
        '[[offer]]\nid = "stars"\nphase = "accrual"\nthen = { earn = { points = 1, per = "10.00", currency = "stars" } }\n'
    )
    till = Till(tmp_path, programme=text)
    anna = till.member(1, [("a", 30)])
    till.lease(anna, 30)
    answer = granted(till.sell("S-1", [line(1, 10_000)], card=card(1), redeem={"main": 20}))
    assert {name: row["points"] for name, row in answer["earned"].items()} == {"main": 4, "stars": 8}
    assert {lot.unit for lot in till.sale_body("S-1").lots} == {MAIN, "points:stars"}
    assert (answer["balance"]["main"]["spendable_here"], answer["balance"]["stars"]["unsynced"]) == (10, 8)
    till.check()
    till.close()


def test_content_is_of_all_the_body_says():
    assert content_of(as_sale("S-1")) == content_of(as_sale("S-1"))
    assert content_of(as_sale("S-1")) != content_of(as_sale("S-2"))


def test_a_body_that_would_not_fit_a_record_is_refused_in_words(till):
    from agent.errors import TooLarge, words

    huge = [line(n, 1_000, name="ё" * 200, tags=["т" * 80] * 5) for n in range(1, 1001)]
    with pytest.raises(TooLarge) as raised:
        till.sell("S-1", huge, receipt_no="1")
    assert "1048576" in words(raised.value).why
    assert till.bodies(SaleBody) == []
