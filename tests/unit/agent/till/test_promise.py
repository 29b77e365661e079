"""A sale gets what it was promised."""

import pytest
from till_kit import PROGRAMME, card, granted, line, refused

LATER = 16 * 60_000


@pytest.fixture
def anna(till):
    member = till.member(1, [("a", 300)])
    till.lease(member, 200)
    return member


def quoted(till, **more):
    return granted(till.quote(card=card(1), redeem={"main": 150}, **more))["quote"]


def test_a_quote_stands_whatever_changed_since(till, anna):
    """Programme, clock and member data move on; the Decision does not."""
    given = granted(till.quote(card=card(1), redeem={"main": 150}))
    till.reprogramme(PROGRAMME.replace('"5%"', '"50%"').replace('"30%"', '"1%"'))
    till.clock.pass_ms(14 * 60_000)
    till.member(1, [("a", 300)], rev=2, tier="gold", status="active")
    sale = granted(till.sell("S-1", quote=given["quote"], tenders=[{"type": "cash", "amount": 114_900}]))
    for key in ("to_pay", "spent", "earned", "lines", "fiscal_lines"):
        assert sale[key] == given[key], key
    assert sale["mismatch"] == []
    assert till.sale_body("S-1").decision.version == 12


def test_a_sale_naming_a_quote_captures_its_hold_by_itself(till, anna):
    """The POS says `quote` alone: the points its own hold keeps are there for it."""
    given = quoted(till)
    granted(till.hold("H-1", given))
    sale = granted(till.sell("S-1", quote=given))
    assert (sale["spent"], sale["mismatch"]) == ({"main": 150}, [])
    assert till.store.operations.hold("H-1").state == "captured"
    assert till.balance(1).spendable_here == 50


def test_a_held_quote_outlives_a_crash(till, anna):
    """Paid, then the power went: the hold's quote is on the disk."""
    given = quoted(till)
    granted(till.hold("H-1", given))
    till.restart()
    sale = granted(till.sell("S-1", quote=given, tenders=[{"type": "cash", "amount": 114_900}]))
    assert (sale["spent"], sale["mismatch"], sale["member"]) == ({"main": 150}, [], anna)


def test_without_a_hold_a_quote_ends_with_its_time_and_its_process(till, anna):
    given = quoted(till)
    till.clock.pass_ms(15 * 60_000 - 1)
    assert granted(till.sell("S-1", quote=given))["spent"] == {"main": 150}
    second = quoted(till) if till.balance(1).spendable_here >= 150 else granted(till.quote(card=card(1)))["quote"]
    till.clock.pass_ms(15 * 60_000)
    assert refused(till.sell("S-2", quote=second)) == "quote-unknown"
    third = granted(till.quote(card=card(1)))["quote"]
    till.restart()
    assert refused(till.sell("S-2", quote=third)) == "quote-unknown"
    late = granted(till.sell("S-2", quote=third, card=card(1), receipt_no="2"))
    assert (late["mismatch"], late["to_pay"]) == (["quote-unknown"], 129_900)


def test_a_stale_hold_is_captured_by_a_final_sale_as_far_as_its_points_are_there(till, anna):
    given = quoted(till)
    granted(till.hold("H-1", given))
    till.clock.pass_ms(LATER)
    assert refused(till.sell("S-1", hold="H-1")) == "hold-stale"
    assert refused(till.sell("S-1", quote=given)) == "quote-unknown"
    sale = granted(till.sell("S-1", hold="H-1", receipt_no="1"))
    assert (sale["spent"], sale["mismatch"], sale["loss"]) == ({"main": 150}, [], {})


def test_a_stale_hold_whose_points_were_spent_costs_the_shop(till, anna):
    granted(till.hold("H-1", quoted(till)))
    till.clock.pass_ms(LATER)
    granted(till.sell("S-1", card=card(1), redeem={"main": 120}))
    sale = granted(till.sell("S-2", hold="H-1", receipt_no="2"))
    assert (sale["spent"], sale["loss"], sale["mismatch"]) == ({"main": 150}, {"main": 70}, ["cannot-spend"])
    assert till.balance(1).spendable_here == 0


def test_a_released_hold_too_and_it_is_flagged(till, anna):
    from agent.till.hold import release

    granted(till.hold("H-1", quoted(till)))
    granted(release(till.desk, "H-1"))
    assert refused(till.sell("S-1", hold="H-1")) == "hold-released"
    sale = granted(till.sell("S-1", hold="H-1", receipt_no="1"))
    assert (sale["spent"], sale["mismatch"]) == ({"main": 150}, ["hold-released"])


def test_a_hold_is_captured_once(till, anna):
    granted(till.hold("H-1", quoted(till)))
    granted(till.sell("S-1", hold="H-1"))
    assert refused(till.sell("S-2", hold="H-1")) == "hold-captured"
    assert granted(till.sell("S-2", hold="H-1", receipt_no="2"))["mismatch"] == ["hold-captured"]
    assert granted(till.sell("S-3", hold="H-9", receipt_no="3"))["mismatch"] == ["hold-unknown"]
    assert refused(till.sell("S-4", hold="H-9")) == "hold-unknown"


def test_a_hold_of_another_quote(till, anna):
    granted(till.hold("H-1", quoted(till)))
    other = granted(till.quote())["quote"]
    assert refused(till.sell("S-1", hold="H-1", quote=other)) == "hold-other-quote"


def test_another_basket_is_another_basket(till, anna):
    given = quoted(till)
    changed = [line(1, 129_900, "2", name="Кофе зерно 1 кг", groups=["coffee"], tax_rate="22")]
    assert refused(till.sell("S-1", changed, quote=given)) == "quote-differs"
    sale = granted(till.sell("S-1", changed, quote=given, card=card(1), receipt_no="1"))
    assert (sale["mismatch"], sale["total"]) == (["quote-differs"], 259_800)


def test_a_basket_that_changed_after_paying_still_has_its_hold(till, anna):
    given = quoted(till)
    granted(till.hold("H-1", given))
    changed = [line(1, 129_900, "2")]
    sale = granted(till.sell("S-1", changed, quote=given, card=card(1), redeem={"main": 150}, receipt_no="1"))
    assert (sale["spent"], sale["loss"], sale["mismatch"]) == ({"main": 150}, {}, ["quote-differs"])
    assert till.store.operations.hold("H-1").state == "captured"


def test_names_decide_nothing(till, anna):
    given = quoted(till)
    renamed = [line(1, name="coffee beans", groups=["coffee"], tax_rate="22")]
    assert granted(till.sell("S-1", renamed, quote=given))["mismatch"] == []


def test_another_card_than_the_quote_s(till, anna):
    """Before payment it is asked about; after it the quote's own member paid with points, and nobody else."""
    till.lease(till.member(2, [("b", 300)]), 300)
    given = quoted(till)
    assert refused(till.sell("S-1", quote=given, card=card(2))) == "quote-other-member"
    sale = granted(till.sell("S-1", quote=given, card=card(2), receipt_no="1"))
    assert (sale["member"], sale["mismatch"]) == (anna, ["quote-other-member"])
    assert till.balance(2).spendable_here == 300


@pytest.mark.parametrize(("text", "code"), [("nobody", "not-a-card"), ("4111111111111111", "payment-card")])
def test_an_unreadable_card_beside_a_quote(till, anna, text, code):
    given = quoted(till)
    assert refused(till.sell("S-1", quote=given, card=text)) == code
    sale = granted(till.sell("S-1", quote=given, card=text, receipt_no="1"))
    assert (sale["member"], sale["mismatch"]) == (anna, [code])


def test_a_quote_without_a_member_stays_without_one(till, anna):
    given = granted(till.quote())["quote"]
    till.scan(card(1))
    assert granted(till.sell("S-1", quote=given))["member"] is None


def test_a_card_nobody_met_is_enrolled_from_its_quote(till):
    given = granted(till.quote(card=card(5)))["quote"]
    sale = granted(till.sell("S-1", quote=given))
    assert sale["member"] == till.member_id(5)
    assert till.store.members.get(till.member_id(5)).masked == "*" + card(5)[-4:]


def test_coupons_of_the_quote_are_the_sale_s(till):
    till.scan("CPN-AAAAAAAA")
    given = granted(till.quote())["quote"]
    till.desk.current.clear(till.clock.mono_ms)
    granted(till.sell("S-1", quote=given))
    assert till.sale_body("S-1").sale.coupons == ("CPN-AAAAAAAA",)
