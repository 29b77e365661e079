"""Records into postings: losses, returns, enrolments."""

import msgspec
import pytest
from hub_kit import UNIT, granted

from agent.loyalty.ledger import Posting
from sync.wire import EnrolBody, VoidBody, decode


def test_mismatch_loss_is_the_shops(bench, pen):
    pen.sale("m1", earn=5, loss={UNIT: 30})
    bench.push(pen)
    assert bench.account("m1") == (5, 0, 0)
    assert bench.sql("SELECT account, amount FROM entry WHERE amount = -30") == [("loss:store", -30)]


def test_return_restores_and_claws_back(bench, pen):
    pen.sale("m1", earn=200, lot="a")
    grant = granted(bench, pen, "m1", 150).grant
    pen.sale("m1", name="big", earn=70, lot="b", pending="2026-10-05", spends=[(grant, {"a": 150})])
    bench.push(pen)
    assert bench.account("m1") == (120, 0, 0)
    pen.give_back("m1", "big", restored={"a": 150}, taken_back=70, own=["b"])
    bench.push(pen)
    assert bench.account("m1") == (200, 0, 0)
    assert bench.lots("m1") == {"a": (200, 200, 0), "b": (70, 0, 0)}


def test_restoring_more_than_a_lot_had_is_parked(bench, pen):
    pen.sale("m1", earn=10, lot="a")
    pen.give_back("m1", "x", restored={"a": 1})
    pen.give_back("m1", "x", restored={"nowhere": 1})
    assert [v.reason for v in bench.push(pen).exceptions] == ["restores-too-much", "unknown-lot"]
    assert bench.account("m1") == (10, 0, 0)


def test_a_return_posts_once(bench, pen):
    pen.sale("m1", name="one", earn=10, lot="a")
    pen.give_back("m1", "one", taken_back=4, own=["a"], name="r1")
    pen.give_back("m1", "one", taken_back=4, own=["a"], name="r1")
    assert [v.verdict for v in bench.push(pen).exceptions] == ["duplicate"]
    assert bench.account("m1") == (6, 0, 0)


def test_enrol_fills_what_is_empty(bench, pen):
    pen.write(EnrolBody(member="m1", cards=("c1",), name="Анна", birthday="02-29"))
    pen.write(EnrolBody(member="m1", cards=("c2",), phone="p1", name="Другая", masked="*17"))
    pen.write(EnrolBody(member="m2", birthday="13-01"))
    assert [v.reason for v in bench.push(pen).exceptions] == ["bad-day"]
    assert bench.sql("SELECT name, masked, birthday FROM member") == [("Анна", "*17", "02-29")]
    assert bench.sql("SELECT hmac, kind FROM card ORDER BY hmac") == [("c1", "card"), ("c2", "card"), ("p1", "phone")]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"member": None, "earn": 5}, "no-member"),
        ({"earn": 5, "lot": "a b"}, "bad-id"),
        ({"earn": 5, "pending": "tomorrow"}, "bad-day"),
        ({"earn": 5, "expires": "2026-1-1"}, "bad-day"),
        ({"earn": 10**12 + 1}, "bad-points"),
        ({"earn": -5}, "bad-points"),
        ({"loss": {UNIT: -1}}, "bad-points"),
        ({"loss": {"": 1}}, "bad-id"),
        ({"spends": [("lease", {"a": 0})]}, "bad-points"),
        ({"spends": [("lease", {"a": -7})]}, "bad-points"),
        ({"spends": [("lease", {str(n): 1 for n in range(1001)})]}, "too-many-parts"),
        ({"postings": (Posting("x", UNIT, 5),)}, "unbalanced"),
        ({"store": "s2"}, "other-store"),
    ],
)
def test_sales_no_till_of_ours_writes(bench, pen, more, reason):
    more = dict(more)
    pen.store = more.pop("store", "s1")
    pen.sale(more.pop("member", "m1"), **more)
    answer = bench.push(pen)
    assert [verdict.reason for verdict in answer.exceptions] == [reason]
    assert answer.wm == 1
    assert bench.sql("SELECT * FROM entry") == []
    assert bench.sql("SELECT * FROM member") == []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"restored": {"a": -1}}, "bad-points"),
        ({"taken_back": -1}, "bad-points"),
        ({"own": ["a b"]}, "bad-id"),
        ({"postings": (Posting("x", UNIT, 5),)}, "unbalanced"),
    ],
)
def test_returns_no_till_of_ours_writes(bench, pen, more, reason):
    pen.give_back("m1", "sale", **more)
    assert [verdict.reason for verdict in bench.push(pen).exceptions] == [reason]


def test_a_sale_without_a_member_is_a_fact_too(bench, pen):
    pen.sale(None, name="s")
    pen.sale(None, name="s")
    assert [verdict.verdict for verdict in bench.push(pen).exceptions] == ["duplicate"]


def test_a_void_takes_all_back(bench, pen):
    pen.sale("m1", name="s", earn=10, lot="a")
    pen.write(VoidBody(store="s1", id="v", of="s", member="m1", taken_back={UNIT: 10}, own_lots=("a",)))
    bench.push(pen)
    assert bench.account("m1") == (0, 0, 0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (EnrolBody(member="m1", name="x" * 201), "too-long"),
        (EnrolBody(member="m1", cards=("c",) * 21), "too-long"),
        (EnrolBody(member="m1", cards=("c d",)), "bad-id"),
        (EnrolBody(member="m1", phone=" "), "bad-id"),
        (EnrolBody(member="m1", birthday="1990-01-01"), "bad-day"),
        (EnrolBody(member="m1", birthday="00-10"), "bad-day"),
        (EnrolBody(member="m1", birthday="02-30"), "bad-day"),
    ],
)
def test_enrolments_no_till_of_ours_writes(bench, pen, body, reason):
    pen.write(body)
    assert [verdict.reason for verdict in bench.push(pen).exceptions] == [reason]


def test_a_sale_without_an_id_cannot_be_told_from_its_copy(bench, pen):
    pen.sale("m1", name="s", earn=5)
    record = decode(pen.lines.pop())
    pen.hashes.pop()
    body = msgspec.structs.replace(record.body, sale=msgspec.structs.replace(record.body.sale, id=None))
    pen.write(body)
    assert [verdict.reason for verdict in bench.push(pen).exceptions] == ["no-sale-id"]


def test_a_lot_is_born_whole(bench, pen):
    pen.sale("m1", name="s", earn=5)
    record = decode(pen.lines.pop())
    pen.hashes.pop()
    lots = tuple(msgspec.structs.replace(lot, left=4) for lot in record.body.lots)
    pen.write(msgspec.structs.replace(record.body, lots=lots))
    assert [verdict.reason for verdict in bench.push(pen).exceptions] == ["bad-lot"]
