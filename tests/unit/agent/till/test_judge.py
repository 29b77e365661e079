"""What does not fit is refused before payment and recorded as charged after it."""

import pytest
from till_kit import BANK_CARD, DAY_MS, HOUR_MS, NOW, Till, as_sale, at, card, granted, line, refused

from agent.till.judge import is_final, judge
from agent.till.when import iso


@pytest.fixture
def anna(till):
    member = till.member(1, [("a", 300)])
    till.lease(member, 200)
    return member


def both(till, code, **body):
    """Refused with `code` before payment, recorded and flagged after it."""
    assert refused(till.sell("S-before", **body)) == code
    sale = granted(till.sell("S-after", **body, receipt_no="812"))
    assert code in sale["mismatch"]
    assert till.sale_body("S-after").mismatch == tuple(sale["mismatch"])
    return sale


def test_final():
    assert [is_final(as_sale("S", **more)) for more in ({}, {"receipt_no": "8"}, {"final": True})] == [
        False,
        True,
        True,
    ]
    assert is_final(as_sale("S", receipt_no="8", final=False)) is False


def test_tenders_that_do_not_add_up(till):
    sale = both(till, "tenders-sum", tenders=[{"type": "cash", "amount": 100_000}, {"type": "card", "amount": 29_899}])
    assert sale["to_pay"] == 129_900


def test_tenders_that_add_up(till):
    tenders = [{"type": "cash", "amount": 100_000}, {"type": "card", "amount": 29_900}]
    assert granted(till.sell("S-1", tenders=tenders, receipt_no="1"))["mismatch"] == []


def test_more_points_than_may_be_spent_here(till, anna):
    """Charged 250, the lease pays 200, the shop bears 50; the bill is what the customer paid."""
    sale = both(till, "cannot-spend", card=card(1), redeem={"main": 250}, tenders=[{"type": "cash", "amount": 104_900}])
    assert (sale["spent"], sale["loss"], sale["mismatch"]) == ({"main": 250}, {"main": 50}, ["cannot-spend"])
    assert (sale["to_pay"], till.balance(1).spendable_here, till.balance(1).confirmed) == (104_900, 0, 100)
    accounts = {(row.account, row.amount) for row in till.sale_body("S-after").postings}
    assert {("loss:store", -50), ("redeemed", 50), (f"member:{anna}", -200), ("redeemed", 200)} <= accounts


def test_more_points_than_the_programme_lets_pay_are_the_member_s_while_they_last(till, anna):
    """30 % of 200.00 is 60 points; charged 150: they were taken, so the lease pays them all, and it is flagged."""
    sale = both(till, "cannot-spend", lines=[line(1, 20_000)], card=card(1), redeem={"main": 150})
    assert (sale["spent"], sale["loss"], sale["to_pay"]) == ({"main": 150}, {}, 5_000)
    assert till.balance(1).spendable_here == 50


def test_more_points_than_the_bill_are_no_points(till, anna):
    sale = both(till, "cannot-spend", lines=[line(1, 10_000)], card=card(1), redeem={"main": 10**9})
    assert (sale["spent"], sale["loss"], sale["to_pay"]) == ({"main": 100}, {}, 0)


def test_max_is_never_too_much(till, anna):
    assert granted(till.sell("S-1", [line(1, 20_000)], card=card(1), redeem={"main": "max"}))["spent"] == {"main": 60}
    assert granted(till.sell("S-2", [line(1, 3_000)], card=card(1), redeem={"main": "max"}))["spent"] == {}
    assert granted(till.sell("S-3", redeem={"main": "max"}))["spent"] == {}
    final = granted(till.sell("S-4", card=card(1), redeem={"main": "max"}, receipt_no="4"))
    assert (final["spent"], final["mismatch"]) == ({"main": 140}, [])


def test_points_without_a_card(till):
    sale = both(till, "cannot-spend", redeem={"main": 100})
    assert (sale["spent"], sale["loss"], sale["member"]) == ({"main": 100}, {"main": 100}, None)


def test_points_nobody_knows(till):
    sale = both(till, "cannot-spend", redeem={"stars": 100})
    assert (sale["spent"], sale["loss"], sale["to_pay"]) == ({}, {}, 129_900)


def test_a_blocked_card_s_points_are_not_touched(till):
    till.lease(till.member(1, [("a", 300)], status="blocked"), 200)
    sale = both(till, "cannot-spend", card=card(1), redeem={"main": 100})
    assert (sale["loss"], till.balance(1).spendable_here) == ({"main": 100}, 200)


@pytest.mark.parametrize(("text", "code"), [(BANK_CARD, "payment-card"), ("nobody", "not-a-card")])
def test_cards_nobody_can_read(till, text, code):
    sale = both(till, code, card=text)
    assert (sale["member"], sale["to_pay"]) == (None, 129_900)
    everything = b"".join(row.line for row in till.store.journal.all())
    assert text.encode() not in everything


def test_two_cards(till):
    till.scan(card(1))
    till.scan(card(2))
    assert both(till, "two-cards")["member"] is None


def test_a_line_above_its_price(till):
    both(till, "line-sum", lines=[line(1, 1_000, "3", amount=3_002)])


@pytest.mark.parametrize(
    ("price", "quantity", "amount", "odd"),
    [
        (1_000, "3", 3_001, False),
        (1_000, "3", 100, False),
        (333, "0.333", 111, False),
        (333, "0.333", 112, True),
        (100, "0.5", 51, False),
        (100, "0.5", 52, True),
        (100, "1", 101, False),
        (100, "1", 102, True),
        (10**12, "1", 10**12, False),
        (0, "1", 1, False),
        (0, "1", 2, True),
    ],
)
def test_what_a_line_may_cost(till, price, quantity, amount, odd):
    result = judge(till.desk, as_sale("S", [line(1, price, quantity, amount=amount)]))
    assert (refused(result) == "line-sum") if odd else granted(result)


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (NOW - DAY_MS - 1, "closed-too-long-ago"),
        (NOW - DAY_MS, None),
        (NOW + 5 * 60_000, None),
        (NOW + 5 * 60_000 + 1, "closed-in-future"),
    ],
)
def test_when_it_was_closed(till, moment, code):
    if code is None:
        assert granted(till.sell("S-1", closed_at=iso(moment)))["mismatch"] == []
    else:
        both(till, code, closed_at=iso(moment))


def test_an_untrusted_clock_judges_no_other(till):
    till.clock.sure = False
    assert granted(till.sell("S-1", closed_at=iso(NOW + 400 * DAY_MS)))["mismatch"] == []


def test_a_malformed_body_is_refused_after_payment_too(till):
    assert refused(till.sell("S-1", [line(1), line(1)], receipt_no="1")) == "line-twice"
    assert refused(till.sell("S-1", closed_at="yesterday", receipt_no="1")) == "bad-moment"
    assert refused(till.sell("S-1", closed_at="2300-01-01T00:00:00Z", receipt_no="1")) == "bad-moment"


def test_everything_wrong_at_once(till, anna):
    sale = granted(
        till.sell(
            "S-1",
            [line(1, 1_000, amount=5_000)],
            card="nobody",
            quote="q-1",
            hold="H-1",
            redeem={"main": 70, "stars": 1},
            tenders=[{"type": "cash", "amount": 1}],
            closed_at=iso(NOW - 3 * DAY_MS),
            receipt_no="1",
        )
    )
    assert set(sale["mismatch"]) == {
        "hold-unknown", "quote-unknown", "not-a-card", "line-sum", "closed-too-long-ago", "cannot-spend", "tenders-sum",
    }  # fmt: skip


def test_midnight_between_judging_and_committing(tmp_path):
    """The day a sale was judged on is the day its points are taken on."""
    till = Till(tmp_path)
    till.clock.wall_ms = at("2026-12-31T23:59:59.999+03:00")
    till.lease(till.member(1, [("a", 100, "2026-12-31")]), 100)
    ready = granted(judge(till.desk, as_sale("S-1", card=card(1), redeem={"main": 100})))
    assert (ready.on.day, ready.spend) == ("2026-12-31", {"points:main": 100})
    clock = till.clock
    reads = iter([clock.wall_ms] * 3)
    till.desk.clock = type("Ticking", (), {
        "now_ms": lambda _self: next(reads, clock.wall_ms + 10),
        "monotonic_ms": clock.monotonic_ms,
        "trusted": clock.trusted,
    })()  # fmt: skip
    assert granted(till.sell("S-1", card=card(1), redeem={"main": 100}))["spent"] == {"main": 100}
    till.close()


def test_a_day_replayed_is_not_too_old_for_its_hours(till):
    for hours in range(0, 24, 6):
        granted(till.sell(f"S-{hours}", closed_at=iso(NOW - hours * HOUR_MS), receipt_no=str(hours)))
