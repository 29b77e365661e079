"""Worked numbers through the API: real HTTP, real database; sales and returns as a POS sends them. Rows by their number."""

import pytest
from till_kit import FREE_SPENDING, MAIN, body, card, line
from till_site import till_site

from agent.loyalty.ids import member_id
from sync.wire import SaleBody

HEAD = """
[programme]
id = "cases"
version = 1
currency = "RUB"
timezone = "Europe/Moscow"

[points.main]
worth = "100"
redeem = {{ as = "discount", max_share = "100%" }}
earn = {{ base = "{base}" }}
lots = {{ expires = "365d" }}

[[offer]]
id = "base"
phase = "accrual"
then = {{ earn = {earn} }}
"""
BUNDLE = """
[[offer]]
id = "six-for-five"
phase = "bundle"
when = { lines = "group:pizza" }
then = { nth_free = { buy = 5, get = 1, pick = "cheapest" } }
"""


def programme(earn, base="net_of_points", more=""):
    return HEAD.format(earn=earn, base=base) + more


@pytest.fixture
def serve(tmp_path):
    """A site for a programme: serve(text)."""
    import contextlib

    with contextlib.ExitStack() as stack:
        yield lambda text: stack.enter_context(till_site(tmp_path, programme=text))


def earned(answer):
    return answer["earned"].get("main", {}).get("points", 0)


def give_back(site, sale, id_, *lines):
    return site.ok("POST", f"/v1/sales/{sale}/returns", {"id": id_, "lines": list(lines)})


def whole(answer):
    """All the member has, by the answer's balance."""
    row = answer["balance"]["main"]
    return row["confirmed"] + row["unsynced"] - row["debt"]


def test_row_1(serve):
    """1 point per 1.00; two lines of 50.00; return one: earned 100, taken back 50, balance 50."""
    site = serve(programme('{ points = 1, per = "1.00" }'))
    sale = site.ok("POST", "/v1/sales", body("S-1", [line(1, 5_000), line(2, 5_000)], card=card(1)))
    assert (earned(sale), whole(sale)) == (100, 100)
    back = give_back(site, "S-1", "R-1", {"n": 2, "quantity": "1"})
    assert (back["taken_back"], back["money_back"], whole(back), back["full"]) == ({"main": 50}, 5_000, 50, False)
    again = give_back(site, "S-1", "R-1", {"n": 2, "quantity": "1"})
    assert (again["replayed"], whole(again)) == (True, 50)


@pytest.mark.parametrize(("quantity", "after"), [("2", 200), ("1", 160)])
def test_row_2(serve, quantity, after):
    """Start 200, sale earns 70 and spends 150: 120; then 200 after a full return, 160 after half of it."""
    site = serve(programme('"10%"'))
    anna = site.do(site.till.member, 1, [("start", 200)])
    site.do(site.till.lease, anna, 200)
    quote = site.ok("POST", "/v1/quotes", body(None, [line(1, 42_500, "2")], card=card(1), redeem={"main": 150}))
    paid = [{"type": "card", "amount": quote["to_pay"]}]
    sale = site.ok("POST", "/v1/sales", body("S-1", [line(1, 42_500, "2")], quote=quote["quote"], tenders=paid))
    assert (earned(sale), sale["spent"], sale["to_pay"], whole(sale)) == (70, {"main": 150}, 70_000, 120)
    back = give_back(site, "S-1", "R-1", {"n": 1, "quantity": quantity})
    assert (whole(back), back["money_back"], back["debt"]) == (after, 35_000 * int(quantity), {})


def test_row_10(serve):
    """1 point per 10.00; 21.90; returns of 5.00, 5.00, 5.00: earned 2, taken back 1, 0, 1."""
    site = serve(programme('{ points = 1, per = "10.00" }'))
    assert earned(site.ok("POST", "/v1/sales", body("S-1", [line(1, 2_190)], card=card(1)))) == 2
    backs = [give_back(site, "S-1", f"R-{n}", {"n": 1, "amount": 500}) for n in range(3)]
    assert [back["taken_back"].get("main", 0) for back in backs] == [1, 0, 1]
    assert [back["money_back"] for back in backs] == [500, 500, 500]
    assert give_back(site, "S-1", "R-9", {"n": 1, "amount": 690})["full"] is True


def test_row_17(serve):
    """100.00 paid 40.00 by points and 60.00 by money, 10 % back on money: 6."""
    site = serve(programme('"10%"'))
    site.do(site.till.lease, site.do(site.till.member, 1, [("a", 100)]), 100)
    sale = site.ok(
        "POST",
        "/v1/sales",
        body("S-1", [line(1, 10_000)], card=card(1), redeem={"main": 40}, tenders=[{"type": "cash", "amount": 6_000}]),
    )
    assert (earned(sale), sale["to_pay"], sale["redeemed"], sale["mismatch"]) == (6, 6_000, 4_000, [])
    assert [(one["quantity"], one["unit_price"], one["amount"]) for one in sale["fiscal_lines"]] == [
        ("1", 6_000, 6_000)
    ]


def test_row_20_the_till_s_part(tmp_path):
    """An answer is lost, the till restarts, the POS sends three times: one movement."""
    text = programme('"10%"')
    sold = body("S-1", [line(1, 10_000)], card=card(1), redeem={"main": 40}, receipt_no="1")
    with till_site(tmp_path, programme=text) as site:
        site.do(site.till.lease, site.do(site.till.member, 1, [("a", 100)]), 100)
        first = site.ok("POST", "/v1/sales", sold)
        assert (earned(first), first["balance"]["main"]["spendable_here"]) == (6, 60)
    with till_site(tmp_path, programme=text) as site:
        for _ in range(3):
            again = site.ok("POST", "/v1/sales", sold)
            assert again.pop("replayed") is True
            assert again == {key: first[key] for key in again}
        assert site.do(site.till.balance, 1).whole == 66
        assert len(site.do(site.till.bodies, SaleBody)) == 1
        site.ok("POST", "/v1/sales", sold | {"id": "S-2"})
        assert site.do(site.till.balance, 1).spendable_here == 20


def test_row_21(serve):
    """100 lines of 1.99 at 5 % (1 point = 1.00), 91 of them returned: earned 9, kept 0."""
    site = serve(programme('"5%"'))
    sale = site.ok("POST", "/v1/sales", body("S-1", [line(n, 199) for n in range(1, 101)], card=card(1)))
    assert earned(sale) == 9
    back = give_back(site, "S-1", "R-1", *({"n": n, "quantity": "1"} for n in range(1, 92)))
    assert (back["taken_back"], whole(back), back["money_back"]) == ({"main": 9}, 0, 91 * 199)
    rest = give_back(site, "S-1", "R-2", *({"n": n, "quantity": "1"} for n in range(92, 101)))
    assert (rest["taken_back"], rest["full"], whole(rest)) == ({}, True, 0)


def test_row_22(serve):
    """Buy 5 get 1, one line of 6 at 100.00 (to pay 500.00), 5 pieces returned: 416.67, never 500.00."""
    site = serve(programme('"1%"', more=BUNDLE))
    sale = site.ok("POST", "/v1/sales", body("S-1", [line(1, 10_000, "6", groups=["pizza"])], card=card(1)))
    assert (sale["total"], sale["discount"], sale["to_pay"]) == (60_000, 10_000, 50_000)
    back = give_back(site, "S-1", "R-1", {"n": 1, "quantity": "5"})
    assert back["money_back"] == 41_667
    last = give_back(site, "S-1", "R-2", {"n": 1, "quantity": "1"})
    assert (last["money_back"], last["full"]) == (8_333, True)


def test_row_24(serve):
    """Lots 6, 6, 2; 14 redeemed; money returned step by step: every lot's restored part only grows."""
    site = serve(programme('"1%"'))
    anna = site.do(site.till.member, 1, [("a", 6, "2026-12-01"), ("b", 6, "2026-12-31"), ("c", 2)])
    site.do(site.till.lease, anna, 14)
    site.ok("POST", "/v1/sales", body("S-1", [line(1, 10_000)], card=card(1), redeem={"main": 14}))
    given = {"a": 0, "b": 0, "c": 0}
    for n in range(10):
        back = give_back(site, "S-1", f"R-{n}", {"n": 1, "amount": 1_000})
        record = site.do(site.till.records)[-1].body
        parts = {part.lot: part.points for part in record.restored.get(MAIN, ())}
        assert all(points > 0 for points in parts.values())
        assert sum(parts.values()) == back["restored"].get("main", 0)
        for lot, points in parts.items():
            given[lot] += points
    assert given == {"a": 6, "b": 6, "c": 2}
    assert (back["full"], whole(back)) == (True, 14)


def test_the_same_card_is_one_member_at_every_till(serve):
    site = serve(FREE_SPENDING)
    sale = site.ok("POST", "/v1/sales", body("S-1", card=card(5)))
    assert sale["member"] == member_id(site.till.key, card(5))
