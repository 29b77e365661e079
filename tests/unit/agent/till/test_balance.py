"""A balance as this till can answer for it."""

from till_kit import DAY_MS, FREE_SPENDING, MAIN, NOW, TOLD, Till, at, card, granted, line

from agent.till.balance import balance, known, today
from agent.till.when import iso


def test_the_design_s_numbers(till):
    """Confirmed 190, unsynced 57, of them 57 from 6 December; 40 can be spent at this till with the line cut."""
    anna = till.member(1, [("a", 270, "2026-12-31"), ("b", 70)])
    till.lease(anna, 190)
    granted(till.sell("S-1", card=card(1), redeem={"main": 150}, tenders=[{"type": "card", "amount": 114_900}]))
    row = till.balance(1)
    assert (row.confirmed, row.unsynced, row.whole, row.spendable_here) == (190, 57, 247, 40)
    assert (row.locked_elsewhere, row.debt, row.as_of) == (0, 0, iso(TOLD))
    assert row.maturing == ({"points": 57, "from": "2026-12-06"},)
    assert row.expiring == ({"points": 120, "on": "2026-12-31"},)


def test_a_member_nobody_told_of_has_nothing_and_no_moment(till):
    row = till.balance(9)
    assert (row.whole, row.spendable_here, row.as_of, row.debt) == (0, 0, None, 0)


def test_what_others_hold_is_locked_elsewhere(till):
    anna = till.member(1, [("a", 500)], leased={MAIN: 430})
    till.lease(anna, 80)
    granted(till.sell("S-1", card=card(1), redeem={"main": 60}))
    row = till.balance(1)
    assert (row.locked_elsewhere, row.spendable_here, row.confirmed) == (350, 20, 440)


def test_points_spent_before_their_day_are_not_taken_off_again_after_it(tmp_path):
    """Row 11: lot A 100 to 1 January, lot B 50 to 1 June; 80 spent on 20 December; on 2 January there are 50."""
    till = Till(tmp_path, programme=FREE_SPENDING)
    till.clock.wall_ms = at("2026-12-20T12:00:00+03:00")
    anna = till.member(1, [("A", 100, "2027-01-01"), ("B", 50, "2027-06-01")])
    till.lease(anna, 100)
    granted(till.sell("S-1", [line(1, 8_000)], card=card(1), redeem={"main": 80}))
    assert till.balance(1).confirmed == 70
    till.clock.wall_ms = at("2027-01-01T12:00:00+03:00")
    assert (till.balance(1).confirmed, till.balance(1).spendable_here) == (70, 20)
    till.clock.wall_ms = at("2027-01-02T12:00:00+03:00")
    row = till.balance(1)
    assert (row.confirmed, row.debt, row.spendable_here) == (50, 0, 0)
    till.close()


def test_points_that_come_back_to_an_expired_lot_come_back_expired(tmp_path):
    till = Till(tmp_path, programme=FREE_SPENDING)
    anna = till.member(1, [("A", 100, "2026-11-23"), ("B", 50)])
    till.lease(anna, 100)
    granted(till.sell("S-1", [line(1, 8_000)], card=card(1), redeem={"main": 80}))
    till.clock.pass_ms(2 * DAY_MS)
    back = granted(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "1"}]))
    assert back["restored"] == {"main": 80}
    assert (till.balance(1).confirmed, till.balance(1).debt) == (50, 0)
    till.close()


def test_an_untrusted_clock_expires_nothing(till):
    anna = till.member(1, [("a", 100, "2026-11-25")])
    till.lease(anna, 60)
    till.clock.wall_ms = NOW + 30 * DAY_MS
    assert (till.balance(1).confirmed, till.balance(1).spendable_here) == (0, 0)
    till.clock.sure = False
    assert (till.balance(1).confirmed, till.balance(1).spendable_here) == (100, 60)


def test_own_claw_backs_are_taken_off_what_may_be_spent_here(tmp_path):
    """Earned, told by the hub, spendable, leased here; the sale comes back: the lease may not pay the points out."""
    till = Till(tmp_path, programme=FREE_SPENDING)
    sale = granted(till.sell("S-1", [line(1, 200_000)], card=card(1)))
    assert sale["earned"]["main"]["points"] == 100
    (lot,) = till.sale_body("S-1").lots
    anna = till.member(1, [(lot.id, 100)], applied={"T1/1": sale["seq"]})
    assert (till.balance(1).confirmed, till.balance(1).unsynced) == (100, 0)
    till.lease(anna, 100)
    assert granted(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "1"}]))["taken_back"] == {"main": 100}
    row = till.balance(1)
    assert (row.whole, row.spendable_here, row.debt) == (0, 0, 0)
    till.close()


def test_a_claw_back_from_a_pending_lot_narrows_no_lease(till):
    sale = granted(till.sell("S-1", card=card(1)))
    (lot,) = till.sale_body("S-1").lots
    anna = till.member(1, [("old", 40), (lot.id, 64, None, "2026-12-06")], applied={"T1/1": sale["seq"]})
    till.lease(anna, 40)
    granted(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "1"}]))
    row = till.balance(1)
    assert (row.whole, row.spendable_here, row.debt, row.maturing) == (40, 40, 0, ())


def test_what_is_not_there_any_more_is_owed(tmp_path):
    """Earn 100, let the hub say they were spent at another till, return: the member owes them."""
    till = Till(tmp_path, programme=FREE_SPENDING)
    sale = granted(till.sell("S-1", [line(1, 200_000)], card=card(1)))
    till.member(1, [("x", 30)], applied={"T1/1": sale["seq"]})
    back = granted(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "1"}]))
    assert back["debt"] == {"main": 70}
    assert (till.balance(1).whole, till.balance(1).debt) == (0, 70)
    till.close()


def test_the_hub_s_debt_is_shown(till):
    till.member(1, [], debt={MAIN: 25})
    assert till.balance(1).debt == 25


def test_holds_keep_their_points_but_for_their_own_sale(till):
    anna = till.member(1, [("a", 300)])
    till.lease(anna, 200)
    given = granted(till.quote(card=card(1), redeem={"main": 120}))
    granted(till.hold("H-1", given["quote"]))
    on = today(till.desk, NOW)
    assert balance(till.desk, known(till.desk, anna), "main", on).spendable_here == 80
    assert balance(till.desk, known(till.desk, anna, hold="H-1"), "main", on).spendable_here == 200


def test_two_currencies_do_not_mix(tmp_path):
    second = (
        FREE_SPENDING.replace('"5%"', '{ percent = "5%", currency = "main" }')
        + '[points.stars]\nworth = "1"\nredeem = { max_share = "100%" }\n'
    )
    till = Till(tmp_path, programme=second)
    anna = till.member(1, [("a", 30)])
    till.lease(anna, 30)
    of, on = known(till.desk, anna), today(till.desk, NOW)
    assert balance(till.desk, of, "main", on).whole == 30
    assert balance(till.desk, of, "stars", on).whole == 0
    till.close()
