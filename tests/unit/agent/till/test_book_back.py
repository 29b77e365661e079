"""Where a claw-back comes from."""

from till_kit import FREE_SPENDING, MAIN, Till, card, granted, line

from agent.loyalty.ledger import unbalanced
from agent.loyalty.lots import Part
from agent.loyalty.returns import ReturnDecision
from agent.till.book_back import postings

ONE = [{"n": 1, "quantity": "1"}]


def test_postings_of_each_kind_sum_to_zero():
    decision = ReturnDecision(
        lines=(), money_back=0, restored={MAIN: (Part("a", 5), Part("b", 3))}, loss_back={MAIN: 2}, taken_back={MAIN: 4}
    )
    rows = postings("m", decision)
    assert unbalanced(rows) == {}
    assert sum(row.amount for row in rows if row.account == "member:m") == 4
    assert {row.account for row in postings(None, decision)} == {"redeemed", "loss:store"}


def test_the_sale_s_own_untold_lot_goes_first(till):
    till.member(1, [("a", 100)])
    granted(till.sell("S-1", card=card(1)))
    granted(till.give_back("S-1", "R-1", ONE))
    assert [lot.left for lot in till.store.rights.own_lots(till.member_id(1))] == [0]
    assert till.store.rights.deltas(till.member_id(1)) == []


def test_then_its_told_lot_that_nobody_may_spend_yet(till):
    sale = granted(till.sell("S-1", [line(1, 129_900, "2")], card=card(1)))
    (lot,) = till.sale_body("S-1").lots
    anna = till.member(1, [(lot.id, lot.points, None, "2026-12-06")], applied={"T1/1": sale["seq"]})
    for n, taken in ((1, 65), (2, 64)):
        granted(till.give_back("S-1", f"R-{n}", ONE))
        (delta,) = till.store.rights.deltas(anna)
        assert delta.taken_back == 0
        assert delta.lots[lot.id] == (65 if n == 1 else 129), taken
    assert (till.balance(1).whole, till.balance(1).debt) == (0, 0)


def test_then_anything_else_and_the_hub_decides_which(tmp_path):
    till = Till(tmp_path, programme=FREE_SPENDING)
    sale = granted(till.sell("S-1", [line(1, 100_000)], card=card(1)))
    (lot,) = till.sale_body("S-1").lots
    anna = till.member(1, [(lot.id, 50), ("z", 9)], applied={"T1/1": sale["seq"]})
    granted(till.give_back("S-1", "R-1", ONE))
    (delta,) = till.store.rights.deltas(anna)
    assert (delta.taken_back, delta.lots) == (50, {})
    till.close()
