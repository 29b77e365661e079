"""Returns and voids."""

import pytest
from till_kit import FREE_SPENDING, MAIN, PROGRAMME, Till, card, granted, line, refused

from agent.till.give_back import Back
from sync.wire import ReturnBody, VoidBody

ONE = [{"n": 1, "quantity": "1"}]


def test_row_2_start_200_earn_70_spend_150(tmp_path):
    for quantity, left in (("2", 200), ("1", 160)):
        till = Till(tmp_path, name=f"T{quantity}", programme=FREE_SPENDING.replace('"5%"', '"10%"'))
        till.lease(till.member(1, [("a", 200)]), 200)
        sale = granted(till.sell("S-1", [line(1, 42_500, "2")], card=card(1), redeem={"main": 150}))
        assert (sale["earned"]["main"]["points"], till.balance(1).whole) == (70, 120)
        back = granted(till.give_back("S-1", "R-1", [{"n": 1, "quantity": quantity}]))
        assert till.balance(1).whole == left
        assert (back["money_back"], back["debt"]) == (35_000 * int(quantity), {})
        till.check()
        till.close()


def test_earn_refund_keep_cannot_happen(tmp_path):
    """Earn at once, spend nothing, return: nothing of it is left, here or to spend."""
    till = Till(tmp_path, programme=FREE_SPENDING)
    till.lease(till.member(1, [("a", 50)]), 50)
    for n in range(5):
        granted(till.sell(f"S-{n}", [line(1, 100_000)], card=card(1)))
        granted(till.give_back(f"S-{n}", f"R-{n}", ONE))
        assert (till.balance(1).whole, till.balance(1).spendable_here, till.balance(1).debt) == (50, 50, 0)
    till.check()
    till.close()


def test_a_return_s_record_and_answer(till):
    anna = till.member(1, [("a", 300)])
    till.lease(anna, 200)
    granted(till.sell("S-1", card=card(1), redeem={"main": 150}, receipt_no="812"))
    back = granted(till.give_back("S-1", "R-1", ONE, closed_at="2026-11-22T10:20:00+03:00"))
    assert {key: back[key] for key in ("id", "of", "money_back", "restored", "taken_back", "debt", "full", "member")} == {
        "id": "R-1", "of": "S-1", "money_back": 114_900, "restored": {"main": 150}, "taken_back": {"main": 57},
        "debt": {}, "full": True, "member": anna,
    }  # fmt: skip
    (record,) = till.bodies(ReturnBody)
    assert record.restored[MAIN] == till.sale_body("S-1").spends[0].parts
    assert record.own_lots == tuple(lot.id for lot in till.sale_body("S-1").lots)
    assert {(row.account, row.amount) for row in record.postings} == {
        ("redeemed", -150), (f"member:{anna}", 150), (f"member:{anna}", -57), ("issued", 57),
    }  # fmt: skip
    assert till.balance(1).whole == 300


def test_parts_add_up_to_the_whole(till):
    till.lease(till.member(1, [("a", 6), ("b", 6), ("c", 2)]), 14)
    programme = PROGRAMME.replace("min = 50", "min = 1").replace('"30%"', '"100%"')
    till.reprogramme(programme)
    granted(till.sell("S-1", [line(1, 10_000)], card=card(1), redeem={"main": 14}))
    given = {"a": 0, "b": 0, "c": 0}
    for n in range(10):
        back = granted(till.give_back("S-1", f"R-{n}", [{"n": 1, "amount": 1_000}]))
        for part in till.bodies(ReturnBody)[-1].restored.get(MAIN, ()):
            given[part.lot] += part.points
    assert given == {"a": 6, "b": 6, "c": 2}
    assert back["full"] is True
    assert sum(body.money_back for body in till.bodies(ReturnBody)) == 8_600
    assert (till.balance(1).whole, till.balance(1).debt) == (14, 0)


def test_nothing_more_than_was_sold(till):
    granted(till.sell("S-1", [line(1, 1_000, "3"), line(2, 500)]))
    assert refused(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "4"}])) == "return-more-than-sold"
    granted(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "2"}]))
    assert refused(till.give_back("S-1", "R-2", [{"n": 1, "quantity": "2"}])) == "return-more-than-sold"
    granted(till.give_back("S-1", "R-2", [{"n": 1, "quantity": "1"}]))
    assert refused(till.give_back("S-1", "R-3", [{"n": 1, "quantity": "0.001"}])) == "return-more-than-sold"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([{"n": 9, "quantity": "1"}], "return-no-such-line"),
        ([{"n": 1}], "return-quantity-or-amount"),
        ([{"n": 1, "quantity": "1", "amount": 5}], "return-quantity-or-amount"),
        ([{"n": 1, "quantity": "one"}], "return-bad-quantity"),
        ([{"n": 1, "quantity": "0"}], "return-nothing"),
        ([{"n": 1, "amount": 0}], "return-nothing"),
        ([{"n": 1, "quantity": "1"}, {"n": 1, "quantity": "0.5"}], "return-more-than-sold"),
    ],
)
def test_returns_that_make_no_sense(till, lines, code):
    granted(till.sell("S-1"))
    assert refused(till.give_back("S-1", "R-1", lines)) == code
    assert till.bodies(ReturnBody) == []


def test_unknown_sales_and_moments(till):
    assert refused(till.give_back("S-9", "R-1", ONE)) == "sale-unknown"
    assert refused(till.void("S-9", "V-1")) == "sale-unknown"
    granted(till.sell("S-1"))
    assert refused(till.give_back("S-1", "R-1", ONE, closed_at="now")) == "bad-moment"
    assert refused(till.give_back("S-1", "R-1", ONE, closed_at="")) == "bad-moment"


def test_replays(till):
    granted(till.sell("S-1", [line(1, 1_000, "3")], card=card(1)))
    first = granted(till.give_back("S-1", "R-1", ONE))
    seq = till.store.journal.tail.seq
    again = granted(till.give_back("S-1", "R-1", ONE))
    assert (again["replayed"], again["seq"], again["money_back"]) == (True, first["seq"], first["money_back"])
    assert refused(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "2"}])) == "id-reused"
    granted(till.sell("S-2", [line(1, 1_000, "3")]))
    assert refused(till.give_back("S-2", "R-1", ONE)) == "id-reused"
    assert till.store.journal.tail.seq == seq + 1


def test_voids(till):
    anna = till.member(1, [("a", 300)])
    till.lease(anna, 200)
    granted(till.sell("S-1", card=card(1), redeem={"main": 150}))
    void = granted(till.void("S-1", "V-1"))
    assert (void["money_back"], void["restored"], void["taken_back"]) == (114_900, {"main": 150}, {"main": 57})
    assert granted(till.void("S-1", "V-1"))["replayed"] is True
    assert refused(till.void("S-1", "V-2")) == "sale-voided"
    assert refused(till.give_back("S-1", "R-1", ONE)) == "sale-voided"
    (record,) = till.bodies(VoidBody)
    assert (record.of, record.member) == ("S-1", anna)
    assert (till.balance(1).whole, till.store.operations.get("sale", "S-1").state) == (300, "voided")


def test_a_void_takes_what_returns_left(till):
    granted(till.sell("S-1", [line(1, 1_000, "3")], card=card(1)))
    granted(till.give_back("S-1", "R-1", ONE))
    assert granted(till.void("S-1", "V-1"))["money_back"] == 2_000
    granted(till.sell("S-2", [line(1, 1_000, "3")]))
    granted(till.give_back("S-2", "R-2", [{"n": 1, "quantity": "3"}]))
    assert granted(till.void("S-2", "V-2"))["money_back"] == 0


def test_a_void_clears_what_is_presented_and_a_return_does_not(till):
    granted(till.sell("S-1", [line(1, 1_000, "3")]))
    till.clock.pass_ms(1)
    till.scan(card(2))
    granted(till.give_back("S-1", "R-1", ONE))
    assert len(till.desk.current.things) == 1
    granted(till.void("S-1", "V-1"))
    assert till.desk.current.things == []


def test_a_sale_recorded_as_charged_gives_back_what_was_paid(till):
    """Charged 250 points with 200 to spend: 1,049.00 was paid, so 1,049.00 comes back; the shop gets its 50 back too."""
    anna = till.member(1, [("a", 300)])
    till.lease(anna, 200)
    granted(till.sell("S-1", card=card(1), redeem={"main": 250}, receipt_no="1"))
    back = granted(till.give_back("S-1", "R-1", ONE))
    assert (back["money_back"], back["restored"], back["loss_back"]) == (104_900, {"main": 200}, {"main": 50})
    (record,) = till.bodies(ReturnBody)
    assert record.loss_back == {"points:main": 50}
    assert {("redeemed", -50), ("loss:store", 50)} <= {(row.account, row.amount) for row in record.postings}
    assert till.balance(1).whole == 300


def test_points_charged_with_no_card_go_back_to_the_shop(till):
    granted(till.sell("S-1", redeem={"main": 100}, receipt_no="1"))
    back = granted(till.void("S-1", "V-1"))
    assert (back["member"], back["restored"], back["loss_back"]) == (None, {}, {"main": 100})
    (record,) = till.bodies(VoidBody)
    assert (record.member, record.loss_back) == (None, {"points:main": 100})


def test_a_sale_without_a_member(till):
    granted(till.sell("S-1"))
    back = granted(till.give_back("S-1", "R-1", ONE))
    assert (back["member"], back["restored"], back["taken_back"], back["balance"]) == (None, {}, {}, {})


def test_later_rules_change_nothing(till):
    granted(till.sell("S-1", card=card(1)))
    till.reprogramme(PROGRAMME.replace('"5%"', '"50%"').replace("version = 12", "version = 13"))
    assert granted(till.give_back("S-1", "R-1", ONE))["taken_back"] == {"main": 64}


def test_a_return_is_ready_or_it_is_not():
    assert Back.__struct_config__.frozen
